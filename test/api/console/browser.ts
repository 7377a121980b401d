import { consoleApplication } from '../../../demo/console-application.ts'
import type { Stack } from '../../support/stack.ts'
import { consoleSettings, ownPage, publicUrl } from './support.ts'

/** The console's application at the simulated tenant. */
export const application = consoleApplication(publicUrl, consoleSettings)

export const users = [
  {
    sub: 'auth0|tester',
    name: 'Tess Tester',
    email: 'tess@example.com',
    permissions: ['client.read', 'client.write'],
  },
  { sub: 'auth0|other', name: 'Otto Other', permissions: ['client.read'] },
]

export const locationOf = (answer: Response): string => answer.headers.get('location') ?? ''

/** A browser with cookies of its own, which goes where it is led: to the console, and to the issuer. */
export const openBrowser = (stack: Pick<Stack, 'url'>) => {
  /** By host, and name. */
  const jars = new Map<string, Map<string, string>>()
  const visited: Response[] = []
  let server = stack

  const go = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(address, `${publicUrl}/console/`)
    const jar = jars.get(url.host) ?? new Map<string, string>()
    jars.set(url.host, jar)
    // The proxy before Nexus takes the path away.
    const real = url.href.startsWith(`${publicUrl}/`) ? `${server.url}${url.href.slice(publicUrl.length)}` : url.href
    const answer = await fetch(real, {
      redirect: 'manual',
      ...init,
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...Object.fromEntries(new Headers(init.headers)),
      },
    })
    visited.push(answer.clone())
    for (const line of answer.headers.getSetCookie()) {
      const { name = '', value = '' } = /^(?<name>[^=]+)=(?<value>[^;]*)/.exec(line)?.groups ?? {}
      if (/max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return answer
  }
  return {
    go,
    /** Another server answers from now on. */
    moveTo: (url: string): void => {
      server = { url }
    },
    /** All answers that it has had. */
    visited,
    cookies: (): ReadonlyMap<string, string> => jars.get(new URL(publicUrl).host) ?? new Map<string, string>(),
    plant: (name: string, value: string): void => {
      jars.set(new URL(publicUrl).host, new Map([[name, value]]))
    },
    /** Begins a sign-in, and picks a user where the issuer asks for one. @returns where the issuer leads back to */
    atIssuer: async (query = '', sub = 'auth0|tester'): Promise<string> => {
      const begun = locationOf(await go(`sign-in${query}`))
      const asked = await go(begun)
      if (asked.status === 302) return locationOf(asked)
      return locationOf(await go(begun, { method: 'POST', body: new URLSearchParams({ user: sub }) }))
    },
    /** A request of the page's own. */
    ask: (path: string, init: RequestInit = {}): Promise<Response> =>
      go(path, { ...init, headers: { ...ownPage, ...Object.fromEntries(new Headers(init.headers)) } }),
  }
}

export type Browser = ReturnType<typeof openBrowser>

/** Signs a browser in. @returns the answer that leads back to the page */
export const signIn = async (browser: Browser, query = '', sub?: string): Promise<Response> =>
  browser.go(await browser.atIssuer(query, sub))
