import { z } from 'zod'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { ConfigurationMark, StateEvent } from '../../adapters/postgres/clients/snapshot-events.ts'
import type { StateKey } from '../../adapters/postgres/terraform/state-rows.ts'
import { digestOf } from '../../adapters/sealing/pieces.ts'
import type { StateLocks } from '../../adapters/postgres/terraform/state-locks.ts'
import type { States } from '../../adapters/postgres/terraform/states.ts'
import type { Log } from '../../adapters/log/log.ts'
import { pointerTo } from '../../domain/texts/json-text.ts'
import { keptName } from '../../domain/texts/kept.ts'
import { measured } from '../../domain/texts/lengths.ts'
import type { Claimant } from '../../domain/terraform/state-lock.ts'
import { LockInfo } from '../../domain/terraform/state-lock.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { headerText } from '../http/request.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { goneBeforeApply } from './before-apply.ts'
import type { LookingBeforeApply } from './before-apply.ts'
import { askerOf, requirePermission } from '../http/access.ts'
import type { StateAccess } from '../routing/requirement.ts'
import type { Waking } from '../clients/wake.ts'
import type { StateBodies } from './examine-state.ts'
import { parseLoose } from '../http/json.ts'
import { notFound, Problem } from '../http/problem.ts'
import { parseQuery } from '../http/query.ts'
import { locked, orRefuse } from './state-refusals.ts'

/**
 * Terraform's http backend, one function for each of its requests. What its client expects of each answer: 404 is "no
 * state yet"; LOCK, UNLOCK and DELETE take 200 only; 409 and 423 carry the lock as members of the answer.
 */

/** Each logs who did what. */
interface Logged {
  readonly log: Pick<Log, 'info' | 'warn'>
}

export interface StateSettings {
  /** The largest Terraform state that is taken. */
  readonly maximumStateBytes: number
}

type Writing = Logged & {
  readonly states: Pick<States, 'write'>
  readonly bodies: Pick<StateBodies, 'state'>
  readonly settings: StateSettings
}

/** What wakes clients that waited for an apply. */
type Resuming = Waking & { readonly stateLocks: Pick<StateLocks, 'releaseWaiting'> }

const ok: ApiResponse = { status: 200, headers: { 'cache-control': 'no-store' }, body: null }

/** Who asks, with the id of the lock that they show: only with the permission is it good for a lock that is not theirs. */
const claimantOf = (caller: Caller, lockId: string | null): Claimant => ({
  author: authorOf(caller),
  lockId,
  mayForce: caller.permissions.has('terraform.state.force-unlock'),
})

/** GET: the current state. Whoever may read it may read every secret in it, so the log says who did. */
export const readStateText =
  (deps: Logged & { readonly states: Pick<States, 'read'> }) =>
  async (request: ApiRequest, { key, caller }: StateAccess): Promise<ApiResponse> => {
    parametersOf(request.query)
    const found = await deps.states.read(key)
    if (found !== undefined) request.audit.note({ target: `${key.name}/${found.version}` })
    deps.log.info({ ...key, by: caller.id, version: found?.version ?? null }, 'state read')
    if (found === undefined) throw notFound('There is no such state yet.')
    return stateAnswer(found.text)
  }

/** A state's text, with the digest that Terraform's client checks. */
export const stateAnswer = async (text: Buffer): Promise<ApiResponse> => ({
  status: 200,
  headers: { 'cache-control': 'no-store', 'content-md5': await digestOf('md5', text) },
  body: text,
})

/**
 * POST, or PUT where the backend says `update_method = "PUT"`: a new state, from whoever holds the lock, or from anybody
 * allowed while nobody holds it. What was made from an outdated configuration is taken then too (`terraform apply
 * -lock=false`): what is in Auth0 already must not be lost.
 */
export const writeState =
  (deps: Writing) =>
  async (request: ApiRequest, { key, caller, tenant }: StateAccess): Promise<ApiResponse> => {
    const { lockId, configuration } = parametersOf(request.query)
    const text = bufferOf(await request.readBody(deps.settings.maximumStateBytes))
    const digest = headerText(request.headers['content-md5'])
    if (digest !== undefined) checkDigest(await digestOf('md5', text), digest)
    const { state, sha256 } = await deps.bodies.state(text)
    const writer = { ...claimantOf(caller, lockId), configuration, keys: tenant.metadataKeys }
    const written = orRefuse(await deps.states.write(key, { text, state, sha256 }, writer, request.audit), lockId)
    if (written.forced !== null)
      deps.log.warn(
        { ...key, by: caller.id, holder: written.forced.by.id },
        "state written under another caller's lock",
      )
    if (written.outdated !== null)
      deps.log.warn(
        { ...key, by: caller.id, ...written.outdated },
        'state written without a lock, from an outdated configuration: its clients are looked at',
      )
    else if (written.unlocked)
      deps.log.warn(
        { ...key, by: caller.id, version: written.version },
        'state written without a lock: its backend names no lock_address and unlock_address, or -lock=false was given',
      )
    deps.log.info(
      { ...key, by: caller.id, version: written.version, serial: state.serial, clients: state.clients },
      'state written',
    )
    return ok
  }

/** What Terraform sends under `unlock_method = "DELETE"`: where the lock is lost already, it would take the state away. */
const unlockedByDelete =
  'To delete a state, send no body. A lock is given back by UNLOCK: set `unlock_method = "UNLOCK"` in the backend.'

/** DELETE: the state is gone, its versions stay. */
export const deleteState =
  (deps: Logged & { readonly states: Pick<States, 'remove'> }) =>
  async (request: ApiRequest, { key, caller }: StateAccess): Promise<ApiResponse> => {
    const { lockId } = parametersOf(request.query)
    if ((await request.readBody()).length > 0) throw new Problem('malformed', unlockedByDelete)
    const removed = await deps.states.remove(key, claimantOf(caller, lockId), request.audit)
    if (removed.kind === 'locked') throw locked(removed.lock, 423, lockId)
    deps.log.warn({ ...key, by: caller.id, was: removed.kind }, 'state deleted')
    return ok
  }

/** LOCK: taken, or told who holds it; refused to an apply of a configuration that is too old. */
export const lockState =
  (deps: Logged & LookingBeforeApply & { readonly stateLocks: Pick<StateLocks, 'lock'> }) =>
  async (request: ApiRequest, { key, caller, tenant }: StateAccess): Promise<ApiResponse> => {
    const { configuration } = parametersOf(request.query)
    const snapshot = configuration.snapshot ?? 0
    const info = parseLock(await request.readBody())
    const gone = await goneBeforeApply(deps, tenant, key, info, configuration, askerOf(caller, 'write', request.gone))
    if (gone.length > 0) {
      // What still has changes to refuse counts as vanished only then; it is gone all the same.
      const { held, outdated: isOutdated } = await deps.stateLocks.peek(key, configuration)
      if (!held && !isOutdated) throw outdated(key, info, snapshot, snapshot + gone.length, gone.map(vanishing))
    }
    const claimant = claimantOf(caller, info.ID)
    const outcome = await deps.stateLocks.lock(key, info, claimant, configuration, tenant.metadataKeys, request.audit)
    if (outcome.kind === 'held') throw locked(outcome.lock, 423, info.ID)
    if (outcome.kind === 'taken-over') {
      deps.log.warn({ ...key, by: caller.id, lock: info.ID, holder: outcome.was.by.id }, 'state lock taken over')
      return ok
    }
    if (outcome.kind === 'outdated') {
      deps.log.warn({ ...key, by: caller.id, snapshot, current: outcome.snapshot }, 'state lock refused: outdated')
      throw outdated(key, info, snapshot, outcome.snapshot, outcome.events)
    }
    deps.log.info({ ...key, by: caller.id, who: info.Who, operation: info.Operation, lock: info.ID }, 'state locked')
    return ok
  }

/**
 * UNLOCK: given back by its id; without a body (`terraform force-unlock`) taken away, which needs a permission of its own.
 * `?ID=` then says whose: a lock that somebody else has got since stays.
 */
export const unlockState =
  (deps: Logged & Resuming & { readonly stateLocks: Pick<StateLocks, 'unlock'> }) =>
  async (request: ApiRequest<'state.force-unlock'>, { key, caller }: StateAccess): Promise<ApiResponse> => {
    const { lockId } = parametersOf(request.query)
    const body = await request.readBody()
    const forced = body.length === 0
    if (forced) request.decides('state.force-unlock')
    requirePermission(caller, forced ? 'terraform.state.force-unlock' : 'terraform.state')
    const shown = forced ? lockId : parseLock(body).ID
    const returning = forced ? { anyones: lockId } : { claimant: claimantOf(caller, shown) }
    const outcome = await deps.stateLocks.unlock(key, returning, request.audit)
    if (outcome.kind === 'held') throw locked(outcome.lock, 409, shown)
    const { was } = outcome
    if (outcome.forced)
      deps.log.warn({ ...key, by: caller.id, lock: was?.info.ID, who: was?.info.Who }, 'state force-unlocked')
    else deps.log.info({ ...key, by: caller.id, lock: was?.info.ID }, 'state unlocked')
    if (was !== null) await wakeWaiting(deps, key)
    return ok
  }

/** What waited for the apply goes on at once. The lock is given back already: what fails here, the sweep makes good. */
const wakeWaiting = async (deps: Resuming, key: StateKey): Promise<void> => {
  try {
    for (const client of await deps.stateLocks.releaseWaiting(key)) await deps.queue.wake(client)
  } catch (error) {
    deps.log.warn({ ...key, reason: error instanceof Error ? error.message : '' }, 'waiting clients could not be woken')
  }
}

/**
 * `?ID=` names the lock of who writes, `?snapshot=` the count that the configuration was synthesised at, and
 * `&declares=none` says that it declares no client.
 */
const Parameters = z.strictObject({
  ID: keptName('lockId').optional(),
  snapshot: measured('digits', 'This is a whole number, as `nexus synth` writes it.')
    .regex(/^\d+$/, 'This is a whole number, as `nexus synth` writes it.')
    .optional(),
  declares: z.literal('none').optional(),
})

/** @throws Problem 400 for anything else */
const parametersOf = (query: string): { readonly lockId: string | null; readonly configuration: ConfigurationMark } => {
  const taken = 'ID (of a lock), snapshot (a whole number) and declares (none)'
  const { ID, snapshot, declares = 'any' } = parseQuery(Parameters, query, taken)
  return {
    lockId: ID ?? null,
    configuration: { snapshot: snapshot === undefined ? null : Number(snapshot), declares },
  }
}

/** The same bytes, not a copy of them. */
const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)

/** @throws Problem 400 where the body is not the one that was sent */
const checkDigest = (md5: string, header: string): void => {
  if (md5 !== header.trim())
    throw new Problem('malformed', 'Content-MD5 is not that of the body: it was changed on the way. Send it again.')
}

/** @throws Problem 400 */
const parseLock = (body: Uint8Array): LockInfo => {
  const info = LockInfo.safeParse(parseLoose(body))
  if (info.success) return info.data
  throw new Problem(
    'malformed',
    'The body is the lock as Terraform sends it: {"ID": "…", "Operation": "…", "Who": "…"}.',
    {
      errors: info.error.issues.map(({ path, message }) => ({ pointer: pointerTo(path), detail: message })),
    },
  )
}

/** The event of a client that is gone. */
const vanishing = (clientId: string): StateEvent => ({ clientId, kind: 'vanished', fields: null })

const eventTexts: Readonly<Record<StateEvent['kind'], (event: StateEvent) => string>> = {
  owned: ({ clientId, fields }) => `${(fields ?? []).join(', ')} of ${clientId} became owned`,
  release: ({ clientId }) => `the release of ${clientId} was asked for`,
  cancelled: ({ clientId }) => `what was asked for ${clientId} was taken back`,
  moved: ({ clientId }) => `the state was written outside an apply, which moved ${clientId}`,
  vanished: ({ clientId }) => `${clientId} vanished from Auth0`,
}

/**
 * What happened, and what to do. Terraform 1.11 shows whoever wanted to apply no more of a refusal than the lock's `ID`,
 * so that is where it stands; other programs read `Info`.
 */
const outdated = (
  { tenantId, name }: StateKey,
  { Operation }: LockInfo,
  snapshot: number,
  current: number,
  events: readonly StateEvent[],
): Problem => {
  const more = current - snapshot - events.length
  const told = [
    ...events.map((event) => eventTexts[event.kind](event)),
    ...(more > 0 && events.length > 0 ? [`${more} more`] : []),
  ]
  const info =
    `This configuration was synthesised at snapshot ${snapshot}, and the state is at ${current}` +
    `${told.length === 0 ? '' : `: ${told.join('; ')}`}. Applying it could undo that. Run \`nexus synth\` again, then ` +
    '`terraform init -reconfigure` and a new plan.'
  return new Problem('state-outdated', info, {
    extension: {
      ID: info,
      Operation,
      Info: info,
      Who: 'Nexus',
      Version: '',
      Created: new Date().toISOString(),
      Path: `${tenantId}/${name}`,
    },
  })
}
