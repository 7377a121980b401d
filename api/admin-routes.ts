import type { RegisteredKind } from '../domain/registered.ts'
import {
  changeCaller,
  createCaller,
  listCallers,
  readCaller,
  retireSecret,
  revokeCaller,
  rotateSecret,
} from './admin-callers.ts'
import type { ApiDeps } from './dependencies.ts'
import type { Routes } from './serve.ts'

const paths: readonly (readonly [path: string, kind: RegisteredKind])[] = [
  ['/v1/admin/applications', 'application'],
  ['/v1/admin/accounts', 'account'],
]

/** `/v1/admin`: applications and service accounts, for administrators of tenants. */
export const adminRoutes = (deps: ApiDeps): Routes =>
  paths.flatMap(([path, kind]): Routes => {
    const one = `${path}/:name`
    return [
      { method: 'GET', url: path, answer: listCallers(deps, kind) },
      { method: 'POST', url: path, answer: createCaller(deps, kind, path) },
      { method: 'GET', url: one, answer: readCaller(deps, kind) },
      { method: 'PATCH', url: one, answer: changeCaller(deps, kind) },
      { method: 'DELETE', url: one, answer: revokeCaller(deps, kind) },
      { method: 'POST', url: `${one}/rotate`, answer: rotateSecret(deps, kind) },
      { method: 'POST', url: `${one}/retire`, answer: retireSecret(deps, kind) },
    ]
  })
