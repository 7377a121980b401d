import type { ClientRecord } from '../adapters/postgres/records.ts'
import { authorOf } from '../adapters/postgres/changes.ts'
import { isRecord } from '../domain/shape.ts'
import { verdictOf } from '../domain/verdict.ts'
import type { Caller, ClientKey } from '../domain/vocabulary.ts'
import type { Answer } from './answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { noSuchClient } from './gate.ts'
import { within } from './known-clients.ts'
import { unavailable } from './problem.ts'
import type { Problem } from './problem.ts'

type SecretDeps = Pick<ApiDeps, 'auth0' | 'clients' | 'log' | 'settings'>

/** Somebody is about to be given a secret: the place where that is put on record. What it throws keeps the secret back. */
const onSecretRead = (deps: SecretDeps, key: ClientKey, caller: Caller): Promise<void> => {
  deps.log.warn({ ...key, by: authorOf(caller) }, 'a client secret was read')
  return Promise.resolve()
}

/**
 * An answer with the client's secret in it, read from Auth0 for it alone: nothing keeps it, here or on the way. Whoever
 * calls this has made sure that the caller may have it.
 *
 * The entity tag stays the one of the client without its secret, which is what `If-Match` compares.
 *
 * @param unread what becomes of an answer whose secret cannot be had now: a refusal, or, where something was done
 *   already, the answer without it and with a warning
 * @throws Problem 404, 503
 */
export const withSecret = async (
  deps: SecretDeps,
  key: ClientKey,
  caller: Caller,
  answer: Answer,
  unread: 'refuse' | 'warn',
): Promise<Answer> => {
  const read = await readSecret(deps, key)
  if ('problem' in read) {
    if (unread === 'refuse') throw read.problem
    return filled(answer, null, 'The secret could not be read from Auth0 now; read the client to have it.')
  }
  if (read.secret === null)
    return filled(answer, null, "Auth0 does not show the secret: Nexus' credential there needs read:client_keys.")
  await onSecretRead(deps, key, caller)
  return filled(answer, read.secret)
}

const readSecret = async (
  { auth0, clients, settings }: SecretDeps,
  key: ClientKey,
): Promise<{ readonly secret: string | null } | { readonly problem: Problem }> => {
  const later = { problem: unavailable('The secret cannot be read from Auth0 now.', settings.quietMs) }
  if (isHeld(await clients.load(key))) return later
  const reply = await within(settings.readMs, auth0.readSecret(key), undefined)
  if (reply === undefined) return later
  if (reply.ok) return { secret: reply.body }
  const verdict = verdictOf(reply)
  return verdict.kind === 'terminal' && verdict.reason === 'vanished' ? { problem: noSuchClient() } : later
}

/** Its credential is ill: nothing is asked of the tenant but the worker's probe. */
const isHeld = (record: ClientRecord | undefined): boolean => record?.standstill === 'tenant-held'

const filled = (answer: Answer, secret: string | null, warning?: string): Answer => {
  const client: unknown = JSON.parse(answer.body?.toString() ?? 'null')
  const warnings = [answer.headers['nexus-warning'] ?? [], warning ?? []].flat()
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'cache-control': 'no-store',
      ...(warnings.length === 0 ? {} : { 'nexus-warning': warnings }),
    },
    body: JSON.stringify({ ...(isRecord(client) ? client : {}), secret }),
  }
}
