import { randomBytes } from 'node:crypto'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { freePort } from '../../../../adapters/embedded-postgres/free-port.ts'
import { consoleApplication } from '../../../../demo/console-application.ts'
import { applicationToken, assembleStack } from '../../../support/assemble-stack.ts'
import type { Stack, StackOptions } from '../../../support/assemble-stack.ts'
import type { Servers } from '../../../support/servers.ts'
import { untilScanned } from '../../../worker/scans.ts'
import { launchChromium } from './chromium.ts'
import { startPathProxy } from './path-proxy.ts'
import { people } from './people.ts'
import type { PersonName } from './people.ts'

/** Nexus with its console, a simulated tenant whose users sign in, and a browser. */
export interface World {
  readonly stack: Stack
  /** Where the console is, with a slash at the end. */
  readonly url: string
  readonly browser: Browser
  /** A browser of their own for a person, signed in, on a page of the console. @param at below the console's address */
  readonly open: (who: PersonName, at?: string, options?: Parameters<Browser['newContext']>[0]) => Promise<Page>
  /** One in which nobody is signed in. */
  readonly openSignedOut: (at?: string) => Promise<Page>
  /** @throws where a page did what its content policy forbids, asked another host, or let an error escape */
  readonly close: () => Promise<void>
}

const credential = { clientId: 'nexus-console', clientSecret: 'secret-of-the-console' }

/** A client as the simulated tenant holds it. */
export const client = (id: string, name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  client_id: id,
  name,
  app_type: 'regular_web',
  callbacks: [`https://${id}.example.com/callback`],
  ...more,
  client_metadata: {
    owners: '["auth0|ann","billing-admins"]',
    product_name: 'Billing',
    ...Object(more['client_metadata']),
  },
})

export interface WorldOptions extends StackOptions {
  /** The path under which a proxy before Nexus is reached, such as `/portal`; the proxy takes it away. */
  readonly below?: string
}

/** @param clients of the simulated tenant, beside the console's own application */
export const assembleWorld = async (
  servers: Servers,
  clients: readonly ReturnType<typeof client>[],
  { below, ...options }: WorldOptions = {},
): Promise<World> => {
  const port = await freePort()
  const proxy = below === undefined ? null : await startPathProxy(below, port)
  const publicUrl = proxy?.url ?? `http://127.0.0.1:${port}`
  const stack = await assembleStack(servers, {
    ...options,
    simulator: {
      seed: [consoleApplication(publicUrl, credential), ...clients],
      users: Object.values(people),
      ...options.simulator,
    },
    console: {
      ...credential,
      applicationToken,
      publicUrl,
      sessionKeys: [randomBytes(32).toString('base64')],
      ...options.console,
    },
    file: {
      server: { host: '127.0.0.1', port },
      terraform: { stateKeys: [randomBytes(32).toString('base64')] },
      ...options.file,
    },
  })
  // Clients that only a scan has found are none that a test waits for.
  if (options.roles?.worker !== false) await untilScanned(stack)
  const browser = await launchChromium()
  const faults: string[] = []
  const url = `${publicUrl}/console/`

  const pageOf = async (context: BrowserContext): Promise<Page> => {
    context.setDefaultTimeout(10_000)
    const page = await context.newPage()
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`))
    // No page of ours opens one: a name has run as a script.
    page.on('dialog', (dialog) => {
      if (dialog.type() !== 'beforeunload') faults.push(`${page.url()} opened a window: ${dialog.message()}`)
      void dialog.accept()
    })
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) faults.push(`${page.url()}: ${message.text()}`)
    })
    page.on('request', (request) => {
      const { origin } = new URL(request.url())
      const allowed = [publicUrl, stack.simulator.url].map((address) => new URL(address).origin)
      if (!allowed.includes(origin) && !/^(?:data|blob|about):/.test(request.url()))
        faults.push(`${page.url()} asked another host: ${request.url()}`)
    })
    return page
  }

  return {
    stack,
    url,
    browser,
    openSignedOut: async (at = '') => {
      const page = await pageOf(await browser.newContext())
      await page.goto(url + at)
      return page
    },
    open: async (who, at = '', contextOptions) => {
      const page = await pageOf(
        await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...contextOptions }),
      )
      await page.goto(url + at)
      await signIn(page, who)
      return page
    },
    close: async () => {
      await browser.close()
      proxy?.close()
      await stack.close()
      if (faults.length > 0) throw new Error(faults.join('\n'))
    },
  }
}

/** From a page that says that nobody is signed in, by the issuer's page, and back. */
export const signIn = async (page: Page, who: PersonName): Promise<void> => {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: people[who].name }).click()
  await page.getByRole('banner').waitFor()
}

/** The same where the issuer still knows who they are: it asks nothing. */
export const signInAgain = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('banner').waitFor()
}

/** Whether something is shown, or comes in time: within ten seconds, where nothing else is said. */
export const isShown = (locator: Locator, within?: { readonly timeout: number }): Promise<boolean> =>
  locator.waitFor(within).then(
    () => true,
    () => false,
  )
