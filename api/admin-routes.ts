import type { RegisteredKind } from '../domain/access/registered.ts'
import {
  changeCaller,
  createCaller,
  listCallers,
  readCaller,
  retireSecret,
  revokeCaller,
  rotateSecret,
} from './callers/callers.ts'
import type { NeedsOf, Routes } from './http/serve.ts'

const paths: readonly (readonly [path: string, kind: RegisteredKind])[] = [
  ['/v1/admin/applications', 'application'],
  ['/v1/admin/accounts', 'account'],
]

type Needs = NeedsOf<
  | typeof changeCaller
  | typeof createCaller
  | typeof listCallers
  | typeof readCaller
  | typeof retireSecret
  | typeof revokeCaller
  | typeof rotateSecret
>

/** `/v1/admin`: applications and service accounts, for administrators of tenants. */
export const adminRoutes = (deps: Needs): Routes =>
  paths.flatMap(([path, kind]): Routes => {
    const one = `${path}/:name`
    const of = kind === 'application' ? 'token' : 'account'
    return [
      { method: 'GET', url: path, action: `${of}.read`, answer: listCallers(deps, kind) },
      { method: 'POST', url: path, action: `${of}.create`, answer: createCaller(deps, kind, path) },
      { method: 'GET', url: one, action: `${of}.read`, answer: readCaller(deps, kind) },
      { method: 'PATCH', url: one, action: `${of}.change`, answer: changeCaller(deps, kind) },
      { method: 'DELETE', url: one, action: `${of}.revoke`, answer: revokeCaller(deps, kind) },
      { method: 'POST', url: `${one}/rotate`, action: `${of}.rotate`, answer: rotateSecret(deps, kind) },
      { method: 'POST', url: `${one}/retire`, action: `${of}.retire`, answer: retireSecret(deps, kind) },
    ]
  })
