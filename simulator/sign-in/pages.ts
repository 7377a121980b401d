import type { Answer } from '../http/answer.ts'
import type { User } from './users.ts'

// The pages that a person sees. Whatever stands in them is shown as text.

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign)

const style = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}
ul{list-style:none;padding:0}button{font:inherit;text-align:start;width:100%;padding:.6rem .9rem;margin:.25rem 0;cursor:pointer}
small{display:block}`

/** No page of a sign-in is framed or kept. */
const page = (status: number, title: string, main: string): Answer => ({
  status,
  html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1>
${main}</main></body>
</html>
`,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "frame-ancestors 'none'",
    'x-frame-options': 'deny',
  },
})

/** What Auth0 shows where it has no address that it may send the browser back to. */
export const errorPage = (status: number, message: string): Answer =>
  page(status, 'Oops!, something went wrong', `<p>${escaped(message)}</p>\n`)

const rightsOf = ({ permissions, roles, products }: User): string =>
  [
    ['permissions', permissions],
    ['roles', roles],
    ['products', products],
  ]
    .flatMap(([kind, names]) => (names?.length ? `${String(kind)}: ${[names].flat().join(', ')}` : []))
    .join(' · ')

const choice = (user: User, first: boolean): string =>
  `<li><button name="user" value="${escaped(user.sub)}"${first ? ' autofocus' : ''}><strong>${escaped(user.name)}</strong> (${escaped(user.sub)})
<small>${escaped(user.about ?? '')}</small><small>${escaped(rightsOf(user))}</small></button></li>\n`

const isMeant = ({ sub, name, email }: User, hint: string): boolean => [sub, name, email].includes(hint)

/** On which one picks who to sign in as. `action` is where the choice goes, `hint` the `login_hint`: that user stands first. */
export const signInPage = (application: string, users: readonly User[], action: string, hint: string): Answer => {
  const sorted = users.toSorted((one, other) => Number(isMeant(other, hint)) - Number(isMeant(one, hint)))
  const list =
    users.length === 0
      ? '<p>This simulated tenant has no users. Give it some: --seed FILE, with "users".</p>\n'
      : `<form method="post" action="${escaped(action)}"><ul>\n${sorted.map((user, index) => choice(user, index === 0)).join('')}</ul></form>\n`
  return page(
    200,
    `Sign in to ${application}`,
    `<p>A simulated Auth0 tenant: pick a user, there is no password.</p>\n${list}`,
  )
}

/** Asks whether the session shall end: whoever only links to the logout proves nothing. */
export const logoutPage = (action: string): Answer =>
  page(
    200,
    'Do you want to log out?',
    `<form method="post" action="${escaped(action)}"><button name="confirmed" value="yes">Log out</button></form>\n`,
  )

/** Where the logout was given no address to go on to. */
export const loggedOutPage = (): Answer => page(200, 'You are logged out', '')
