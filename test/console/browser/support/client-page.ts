import type { Locator, Page } from 'playwright-core'

/** What the tests use of a client's page. */

/** @param number of the line, from 1 */
export const callbackLine = (page: Page, number: number): Locator =>
  page.getByLabel(`Callback URLs, line ${number}`, { exact: true })
export const applicationField = (page: Page): Locator => page.getByRole('textbox', { name: 'Application', exact: true })

/** Saves as soon as the page lets one. */
export const save = (page: Page): Promise<void> => page.getByRole('button', { name: 'Save', exact: true }).click()
export const untilApplied = (page: Page): Promise<void> => page.getByText('Auth0 has your change.').waitFor()

/** The difference shows a value: the page knows by then what saving would do. */
export const untilDifferenceHas = (page: Page, value: string): Promise<void> =>
  page.getByRole('region', { name: 'What you change' }).getByText(value, { exact: true }).waitFor()
