import { nothing } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { consoleAsset } from './assets.ts'
import { indexPage } from './pages.ts'
import { readSession } from './session.ts'
import { beginSignIn, finishSignIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'

/** What a handler of the page needs, of everything that there is. */
const ofConsole =
  <Needs, Handler>(handler: (console: Needs) => Handler) =>
  ({ console }: { readonly console: Needs }): Handler =>
    handler(console)

/** Whoever asks: they have a session, or get one here. */
const ofPage = { requires: nothing, undocumented: 'the page for people, which is no part of the API' } as const

/** Where a browser is led, and shows what comes: refusals are pages too. */
export const signInRoutes = [
  route({ ...ofPage, method: 'GET', path: '/console/sign-in', action: 'probe', handler: beginSignIn }),
  route({ ...ofPage, method: 'GET', path: '/console/callback', action: 'console.sign-in', handler: finishSignIn }),
]

/** What the page asks, and what it is made of. */
export const pageRoutes = [
  route({ ...ofPage, method: 'POST', path: '/console/sign-out', action: 'console.sign-out', handler: signOut }),
  route({
    ...ofPage,
    method: 'GET',
    path: '/console/session',
    action: 'probe',
    handler: ofConsole(readSession),
  }),
  route({
    ...ofPage,
    method: 'GET',
    path: '/console/assets/:asset',
    action: 'probe',
    handler: ofConsole(consoleAsset),
  }),
  route({ ...ofPage, method: 'GET', path: '/console', action: 'probe', handler: ofConsole(indexPage) }),
  route({ ...ofPage, method: 'GET', path: '/console/*', action: 'probe', handler: ofConsole(indexPage) }),
]
