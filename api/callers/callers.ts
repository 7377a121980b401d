import { isDeepStrictEqual } from 'node:util'
import { issue } from '../../adapters/credentials/issue.ts'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { CallerRow, CallerStore } from '../../adapters/postgres/callers.ts'
import type { ConfiguredUses } from '../../adapters/postgres/configured-uses.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { ConfiguredCallers } from '../../adapters/config/configured-callers.ts'
import { callerChange, newCaller, Rotation } from '../../domain/access/caller-requests.ts'
import { excessOf, excessOfSecret, mayOversee } from '../../domain/access/grants.ts'
import type { Grant } from '../../domain/access/grants.ts'
import { ownerNameOf, retire, revoke, rotate } from '../../domain/access/registered.ts'
import type { Registered, RegisteredKind } from '../../domain/access/registered.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { Issue } from '../../domain/texts/json-text.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { configuredView, registeredView } from './caller-view.ts'
import type { TenantsById } from '../http/access.ts'
import { parseBody } from '../http/parse-body.ts'
import { refuseParameters } from '../http/query.ts'
import { notFound, Problem } from '../http/problem.ts'

/**
 * Applications and service accounts, for administrators of tenants. An entry that reaches beyond an administrator's
 * tenants is not there for them: it is on no list, and 404 at its address.
 */

type Stage = (request: ApiRequest, caller: Caller) => Promise<ApiResponse>

/** Where they are. */
export const callersPath = { application: '/v1/admin/applications', account: '/v1/admin/accounts' } as const

/** Some of what can be done with the entries of the database. */
type RegistersTo<Does extends keyof CallerStore[RegisteredKind]> = Readonly<
  Record<RegisteredKind, Pick<CallerStore[RegisteredKind], Does>>
>

/** Those of the configuration, which nothing here changes. */
interface Configured {
  readonly configuredCallers: ConfiguredCallers
}

/** And when they were last used. */
interface Used {
  readonly configuredUses: Pick<ConfiguredUses, 'of'>
}

type Finding = Configured & { readonly callers: RegistersTo<'find'> }
type Deciding = Configured & { readonly callers: RegistersTo<'change'> }
type Logged = { readonly log: Pick<Log, 'warn'> }

/** What they are called, alone, in a list, and their secrets. */
export const words = {
  application: { one: 'application', aOne: 'an application', list: 'applications', secret: 'token' },
  account: { one: 'service account', aOne: 'a service account', list: 'accounts', secret: 'password' },
} as const satisfies Readonly<Record<RegisteredKind, Readonly<Record<string, string>>>>

/** GET: those of the database and of the configuration, by name. */
export const listCallers =
  (kind: RegisteredKind) =>
  (deps: Configured & Used & { readonly callers: RegistersTo<'list'> }): Stage =>
  async (request, caller) => {
    refuseParameters(request.query)
    const configured = deps.configuredCallers[kind]
    const registered = (await deps.callers[kind].list()).filter(
      ({ entry }) => !configured.some(({ name }) => name === entry.name),
    )
    const uses = await deps.configuredUses.of(kind)
    const views = [
      ...configured.filter(({ grant }) => mayOversee(caller, grant)).map((one) => configuredView(kind, one, uses)),
      ...registered.filter(({ entry }) => mayOversee(caller, entry.grant)).map((one) => registeredView(kind, one)),
    ]
    return json(200, { [words[kind].list]: views.toSorted((a, b) => (a.name < b.name ? -1 : 1)) })
  }

/** GET of one. */
export const readCaller =
  (kind: RegisteredKind) =>
  (deps: Finding & Used): Stage =>
  async (request, caller) => {
    refuseParameters(request.query)
    const configured = configuredOf(deps, kind, nameOf(request))
    if (configured !== undefined && mayOversee(caller, configured.grant))
      return json(200, configuredView(kind, configured, await deps.configuredUses.of(kind)))
    return json(200, registeredView(kind, await overseen(deps, kind, caller, nameOf(request))))
  }

/** POST: a new one. Its secret stands in this answer, and never again. */
export const createCaller =
  (kind: RegisteredKind) =>
  (deps: Configured & TenantsById & Logged & { readonly callers: RegistersTo<'create'> }): Stage =>
  async (request, caller) => {
    refuseParameters(request.query)
    const { name, grant, expiresAt } = parseBody(newCaller[kind], await request.readBody())
    request.audit.note({ target: name })
    if (expiresAt !== null && expiresAt.getTime() <= Date.now())
      throw new Problem('impossible', 'It would have expired before anybody could use it.', {
        errors: [{ pointer: '/expiresAt', detail: 'Give a time in the future.' }],
      })
    mayHandOut(deps, caller, grant)
    const taken = new Problem('name-taken', `There is, or was, ${words[kind].aOne} ${name}; choose another name.`)
    if (configuredOf(deps, kind, name) !== undefined) throw taken
    const { secret, hash } = issue[kind]()
    const made = await deps.callers[kind].create(
      { name, grant, hash, expiresAt, createdBy: authorOf(caller) },
      request.audit,
    )
    if (made === undefined) throw taken
    tell(deps, kind, caller, made, 'created')
    const answer = json(201, { ...registeredView(kind, made), [words[kind].secret]: secret })
    return { ...answer, headers: { ...answer.headers, location: `${callersPath[kind]}/${encodeURIComponent(name)}` } }
  }

/** PATCH: what it is good for, until when, and whether it is disabled. */
export const changeCaller =
  (kind: RegisteredKind) =>
  (deps: Deciding & TenantsById & Logged): Stage =>
  async (request, caller) => {
    refuseParameters(request.query)
    const change = parseBody(callerChange[kind], await request.readBody())
    const changed = await decide(deps, kind, caller, request, (entry, now) => {
      const next = change(entry, now)
      // Whoever may know of it may shut it off, as they may revoke it.
      const onlyShutOff = next.disabledAt !== null && isDeepStrictEqual(next.grant, entry.grant)
      if (!onlyShutOff) mayHandOut(deps, caller, next.grant)
      return next
    })
    tell(deps, kind, caller, changed, 'changed')
    return json(200, registeredView(kind, changed))
  }

/** POST …/rotate: a new secret, with the present one good beside it for a while. Whoever gets a secret could use it all. */
export const rotateSecret =
  (kind: RegisteredKind) =>
  (deps: Finding & Deciding & Logged): Stage =>
  async (request, caller) => {
    refuseParameters(request.query)
    const bytes = await request.readBody()
    const { overlapSeconds } = parseBody(Rotation, bytes.length === 0 ? Buffer.from('{}') : bytes)
    const name = nameOf(request)
    refuseConfigured(deps, kind, caller, name)
    await overseen(deps, kind, caller, name)
    const { secret, hash } = issue[kind]()
    const rotated = await decide(deps, kind, caller, request, (entry, now) => {
      const { name, grant, createdBy } = entry
      refuseExcess(
        kind === 'account'
          ? excessOfSecret(caller, grant, { ownerName: ownerNameOf(name), createdBy })
          : excessOf(caller, grant),
      )
      const next = rotate(entry, hash, overlapSeconds, now)
      if (next !== 'rotation-under-way') return next
      throw new Problem(
        'rotation-under-way',
        'The secret before the present one is still valid, and two is the most. Retire it first (POST …/retire), or rotate ' +
          'with {"overlapSeconds": 0}, which ends both.',
      )
    })
    tell(deps, kind, caller, rotated, 'rotated')
    return json(200, { ...registeredView(kind, rotated), [words[kind].secret]: secret })
  }

/** POST …/retire: ends the overlap of a rotation now. */
export const retireSecret =
  (kind: RegisteredKind) =>
  (deps: Deciding & Logged): Stage =>
  async (request, caller) => {
    refuseParameters(request.query)
    const retired = await decide(deps, kind, caller, request, retire)
    tell(deps, kind, caller, retired, 'retired its former secret')
    return json(200, registeredView(kind, retired))
  }

/** DELETE: revokes it, at once and for good. Its name stays taken: it may stand on owners, and does in records. */
export const revokeCaller =
  (kind: RegisteredKind) =>
  (deps: Deciding & Logged): Stage =>
  async (request, caller) => {
    refuseParameters(request.query)
    const name = nameOf(request)
    refuseConfigured(deps, kind, caller, name)
    const revoked = await deps.callers[kind].change(
      name,
      (entry, now) => {
        if (!mayOversee(caller, entry.grant)) throw noSuchCaller(kind)
        return revoke(entry, now)
      },
      request.audit,
    )
    if (revoked === undefined) throw noSuchCaller(kind)
    tell(deps, kind, caller, revoked, 'revoked')
    return { status: 204, headers: {}, body: null }
  }

const nameOf = (request: ApiRequest): string => request.params['name'] ?? ''

const noSuchCaller = (kind: RegisteredKind): Problem =>
  notFound(`There is no such ${words[kind].one} within the tenants that you are an administrator of.`)

const configuredOf = (deps: Configured, kind: RegisteredKind, name: string) =>
  deps.configuredCallers[kind].find((one) => one.name === name)

/** An entry of the database that the administrator may know of. @throws Problem 404 */
const overseen = async (deps: Finding, kind: RegisteredKind, caller: Caller, name: string): Promise<CallerRow> => {
  const found = configuredOf(deps, kind, name) === undefined ? await deps.callers[kind].find(name) : undefined
  if (found === undefined || !mayOversee(caller, found.entry.grant)) throw noSuchCaller(kind)
  return found
}

/** @throws Problem 409, or 404 where the administrator may not know of it */
const refuseConfigured = (deps: Configured, kind: RegisteredKind, caller: Caller, name: string): void => {
  const configured = configuredOf(deps, kind, name)
  if (configured === undefined) return
  if (!mayOversee(caller, configured.grant)) throw noSuchCaller(kind)
  throw new Problem(
    'caller-not-changeable',
    'It stands in the configuration file. Whoever runs Nexus changes it there.',
  )
}

/** Changes an entry on its locked row. @throws Problem 403, 404, 409 */
const decide = async (
  deps: Deciding,
  kind: RegisteredKind,
  caller: Caller,
  request: ApiRequest,
  next: (entry: Registered, now: Date) => Registered,
): Promise<CallerRow> => {
  const name = nameOf(request)
  refuseConfigured(deps, kind, caller, name)
  const changed = await deps.callers[kind].change(
    name,
    (entry, now) => {
      if (!mayOversee(caller, entry.grant)) throw noSuchCaller(kind)
      if (entry.revokedAt !== null)
        throw new Problem('caller-not-changeable', 'It was revoked, which is for good. Make another one.')
      return next(entry, now)
    },
    request.audit,
  )
  if (changed === undefined) throw noSuchCaller(kind)
  return changed
}

/** @throws Problem 403 with a pointer for each member that is more than the administrator has; 422 for unknown tenants */
const mayHandOut = (deps: TenantsById, caller: Caller, grant: Grant): void => {
  refuseExcess(excessOf(caller, grant))
  const unknown = grant.tenants === '*' ? [] : grant.tenants.filter((id) => !deps.tenants.has(id))
  if (unknown.length > 0)
    throw new Problem('impossible', 'Some of the tenants do not exist.', {
      errors: unknown.map((id) => ({ pointer: '/tenants', detail: `There is no tenant ${id}.` })),
    })
}

const refuseExcess = (errors: readonly Issue[]): void => {
  if (errors.length > 0)
    throw new Problem('forbidden', 'An administrator hands out no more than they have themselves.', {
      errors,
      missing: 'what is handed out',
    })
}

/** One line in the log for each thing that an administrator did. Never a secret. */
const tell = (deps: Logged, kind: RegisteredKind, caller: Caller, { entry }: CallerRow, what: string): void => {
  deps.log.warn({ [kind]: entry.name, by: caller.id, tenants: entry.grant.tenants }, `${words[kind].one} ${what}`)
}

const json = (status: 200 | 201, body: unknown): ApiResponse => ({
  status,
  headers: { 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})
