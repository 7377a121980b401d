import type { AuditAction } from '../../domain/access/audit.ts'
import { Problem } from '../http/problem.ts'
import type { Route } from '../routing/route.ts'

/** A route of the API that the console may ask: enough of it to find it, and nothing that answers. */
export type Forwarded = Pick<Route<never>, 'method' | 'path' | 'action'>

/** Texts of states hold secrets: people read who holds a state and which versions there are, and name one to restore. */
const neverForwarded: ReadonlySet<AuditAction> = new Set(['state.read', 'state.write', 'state.delete'])

/** The routes that the console may ask: those that are documented, and taking a Terraform lock away. */
export const forwardedOf = <Known extends Forwarded>(routes: readonly Known[]): Known[] =>
  routes.filter(
    (route) =>
      (route.path.startsWith('/v1/') && 'document' in route && !neverForwarded.has(route.action)) ||
      route.action === 'state.unlock',
  )

/** What cannot be undone, or shows a secret, is asked of nobody who has only left a browser open. */
const askingAFreshSignIn: ReadonlySet<AuditAction> = new Set([
  'token.create',
  'token.rotate',
  'token.revoke',
  'account.create',
  'account.rotate',
  'account.revoke',
  'state.unlock',
])

/** Whether a request asks for a fresh sign-in: by its route, or because it reads a secret. */
export const asksFreshSignIn = ({ action }: Pick<Forwarded, 'action'>, query: string): boolean =>
  askingAFreshSignIn.has(action) || new URLSearchParams(query).getAll('include').includes('secret')

export const signInNeeded = (): Problem =>
  new Problem('sign-in-needed', 'This asks for a sign-in of the last five minutes: sign in again, and repeat it.', {
    missing: 'sign-in',
  })

/** Headers of a request that go on to the API, with what it needs to know of the page. */
export const requestHeaders = [
  'accept',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'prefer',
] as const

/** Headers of the API's answer that stay behind: those of one connection (RFC 9110, 7.6.1), and what asks for a password. */
const left: ReadonlySet<string> = new Set([
  'connection',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
])

export const answerHeadersOf = (
  headers: Readonly<Record<string, string | string[] | number | undefined>>,
): Record<string, string | string[] | number> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined || left.has(name) ? [] : [[name, value]])),
  )
