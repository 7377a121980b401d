/** The longest path that is kept while somebody signs in. */
const longest = 512

/** What a path in an address is written with (RFC 3986), without the backslash that browsers read as a slash. */
const path = /^\/[\w\-.~!$&'()*+,;=:@%/?#[\]]*$/

/** A path as servers and routers read it; undefined where a `%` in it stands for nothing. */
const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Whether a page is worth keeping while somebody signs in: the cookie that holds it has little room. */
export const isWorthKeeping = (page: string): boolean => page.length <= longest && path.test(page)

/** What addresses of the console begin with that are no pages. */
const noPages: ReadonlySet<string> = new Set(['api', 'assets', 'callback', 'sign-in', 'sign-out', 'session'])

/** Whether an address of the console leads to a page. @param below what stands below the console's, without a slash in front */
export const isPage = (below: string): boolean => !noPages.has(below.split('/', 1)[0] ?? '')

/**
 * Where somebody is led after signing in: a page of the console, whatever was asked for.
 *
 * @param console the address of the console, without a slash at the end: `https://nexus.example.com/console`
 * @param given the page as the console names it, such as `/tenants/acme?search=shop`
 */
export const returnAddress = (console: string, given: string | null): string => {
  const home = `${console}/`
  if (given === null || !isWorthKeeping(given) || given.startsWith('//')) return home
  const page = URL.parse(`${console}${given}`)
  // Read as a browser reads it, with `..` and `%2e%2e` followed.
  if (page === null || !page.href.startsWith(home)) return home
  const below = decoded(page.pathname.slice(new URL(home).pathname.length))
  // A router that takes the beginning off, or decodes, would find `//host` there.
  if (below === undefined || /^[/\\]/.test(below)) return home
  return isPage(below) ? page.href : home
}
