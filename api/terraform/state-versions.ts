import { z } from 'zod'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { StateIndex, StateSummary } from '../../adapters/postgres/terraform/state-index.ts'
import type { HeldLock } from '../../adapters/postgres/terraform/state-rows.ts'
import type { States } from '../../adapters/postgres/terraform/states.ts'
import type { StateVersion } from '../../adapters/postgres/terraform/state-versions.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { maySeeState, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import type { StateAccess } from '../routing/requirement.ts'
import type { StateBodies } from './examine-state.ts'
import { parseJson } from '../http/json.ts'
import { refuseParameters } from '../http/query.ts'
import { notFound, Problem } from '../http/problem.ts'
import { stateAnswer } from './state-backend.ts'
import { locked } from './state-refusals.ts'

/** What people ask of states beside Terraform: which there are, which versions, and an old one back. */

/** GET …/terraform/states */
export const listStates =
  (deps: TenantsById & { readonly stateIndex: Pick<StateIndex, 'states'> }) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const tenant = tenantOf(deps, request)
    return json({ states: statesView(await deps.stateIndex.states(tenant.id), tenant, caller) })
  }

/** States that were written, locked or asked for, and those that Nexus writes; of these what the caller may see. */
export const statesView = (
  held: readonly StateSummary[],
  { terraformStates: own, otherStates: others }: Pick<TenantConfiguration, 'terraformStates' | 'otherStates'>,
  caller: Caller,
) => {
  const names = [...new Set([...held.map(({ name }) => name), ...own])].toSorted()
  return names
    .filter((name) => maySeeState(caller, name))
    .map((name) => {
      const state = held.find((one) => one.name === name)
      return {
        name,
        own: own.includes(name),
        named: own.includes(name) || others.includes(name),
        version: state?.version ?? null,
        serial: state?.serial ?? null,
        lineage: state?.lineage ?? null,
        bytes: state?.bytes ?? null,
        writtenAt: state?.writtenAt?.toISOString() ?? null,
        snapshot: state?.snapshot ?? 0,
        clients: state?.clients ?? 0,
        lock: state?.lock ? lockView(state.lock) : null,
        outdatedWrite: state?.outdatedWrite ? { ...state.outdatedWrite, by: state.outdatedWrite.by.id } : null,
        unlockedWrite: state?.unlockedWrite ? { ...state.unlockedWrite, by: state.unlockedWrite.by.id } : null,
      }
    })
}

const lockView = ({ info, by, since, abandoned }: HeldLock) => ({
  id: info.ID,
  operation: info.Operation,
  info: info.Info,
  who: info.Who,
  by: by.id,
  since: since.toISOString(),
  abandoned,
})

/** GET …/terraform/states/{state}/versions */
export const listVersions =
  (deps: TenantsById & { readonly states: Pick<States, 'versions'> }) =>
  async (request: ApiRequest, { key }: StateAccess): Promise<ApiResponse> => {
    refuseParameters(request.query)
    return json({ versions: (await deps.states.versions(key)).map(versionView) })
  }

const versionView = ({ writtenAt, ...version }: StateVersion) => ({ ...version, writtenAt: writtenAt.toISOString() })

/** GET …/terraform/states/{state}/versions/{version}: its text. */
export const readStateVersion =
  (deps: TenantsById & { readonly states: Pick<States, 'readVersion'>; readonly log: Pick<Log, 'info'> }) =>
  async (request: ApiRequest, { key, caller }: StateAccess): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const version = request.params['version'] ?? ''
    const text = /^\d{1,15}$/.test(version) ? await deps.states.readVersion(key, Number(version)) : undefined
    if (text === undefined) throw noSuchVersion()
    request.audit.note({ target: `${key.name}/${version}` })
    deps.log.info({ ...key, by: caller.id, version: Number(version) }, 'state version read')
    return stateAnswer(text)
  }

interface Restoring {
  readonly states: Pick<States, 'readVersion' | 'highestSerial' | 'restore'>
  readonly bodies: Pick<StateBodies, 'restored'>
  readonly log: Pick<Log, 'warn'>
}

export const Restore = z.strictObject({ version: z.int().positive() })

/** POST …/terraform/states/{state}/restore: `{"version": 3}` becomes current again, as a new version. */
export const restoreState =
  (deps: TenantsById & Restoring) =>
  async (request: ApiRequest, { key, caller }: StateAccess): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const body = Restore.safeParse(parseJson(await request.readBody()))
    if (!body.success) throw new Problem('malformed', 'The body is {"version": N}, a version of this state.')
    const { version: from } = body.data
    const old = await deps.states.readVersion(key, from)
    if (old === undefined) throw noSuchVersion()
    const serial = ((await deps.states.highestSerial(key)) ?? 0) + 1
    const restored = await deps.bodies.restored(old, serial)
    const outcome = await deps.states.restore(key, from, restored, authorOf(caller), request.audit)
    if (outcome.kind === 'locked') throw locked(outcome.lock)
    if (outcome.kind === 'overtaken')
      throw new Problem('state-conflict', 'Somebody wrote this state in this very moment; look at it, then try again.')
    deps.log.warn({ ...key, by: caller.id, from, version: outcome.version, serial }, 'state restored')
    return json({ version: outcome.version, restoredFrom: from, serial })
  }

const noSuchVersion = (): Problem => notFound('There is no such version of this state.')

const json = (body: unknown): ApiResponse => ({
  status: 200,
  headers: { 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})
