import type { Locator, Page } from 'playwright-core'
import type { World } from './world.ts'

// A page as somebody uses it who has no mouse: with keys alone.

interface Node {
  readonly ownerDocument: { readonly activeElement: unknown }
}

export const hasFocus = (target: Locator): Promise<boolean> =>
  target.first().evaluate((node: Node) => node === node.ownerDocument.activeElement)

/** More than there is on any page. */
const mostStops = 80

/** Presses a key until something has the focus: what cannot be reached so cannot be used without a mouse. */
const keyTo = async (page: Page, target: Locator, key: string): Promise<void> => {
  await target.first().waitFor()
  for (let stop = 0; stop < mostStops; stop += 1) {
    if (await hasFocus(target)) return
    await page.keyboard.press(key)
  }
  throw new Error(`The keyboard does not reach ${String(target)}.`)
}

export const tabTo = (page: Page, target: Locator): Promise<void> => keyTo(page, target, 'Tab')

/** @param key what is pressed on the target: a button takes Enter, a checkbox the space bar */
export const press = async (page: Page, target: Locator, key = 'Enter'): Promise<void> => {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

export const type = async (page: Page, target: Locator, text: string): Promise<void> => {
  await tabTo(page, target)
  await page.keyboard.type(text)
}

/** Opens a menu, and chooses of it by the arrow keys. */
export const choose = async (page: Page, menu: Locator, item: string): Promise<void> => {
  await press(page, menu)
  await keyTo(page, page.getByRole('menuitem', { name: item }), 'ArrowDown')
  await page.keyboard.press('Enter')
}

/** Signs in on the issuer's page. @param at below the console's address */
export const enter = async (world: World, name: string, at = 'tenants/acme/clients'): Promise<Page> => {
  const page = await world.openSignedOut(at)
  await press(page, page.getByRole('button', { name: 'Sign in' }))
  await press(page, page.getByRole('button', { name }))
  await page.getByRole('banner').waitFor()
  return page
}
