import type { Change } from '../adapters/postgres/changes.ts'
import type { Values } from '../domain/vocabulary.ts'
import { pathsOf } from '../domain/vocabulary.ts'
import type { Answer, Ask } from './answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { admit, tenantOf } from './gate.ts'
import { notFound } from './problem.ts'
import { mustRead } from './read-client.ts'

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** GET /v1/tenants/{tenantId}/changes/{changeId}: who changed what, when, and what came of it. */
export const readChange =
  (deps: ApiDeps) =>
  async (ask: Ask): Promise<Answer> => {
    const caller = await admit(deps, ask, 'read')
    const tenant = tenantOf(deps, ask)
    const id = ask.params['changeId'] ?? ''
    const change = uuid.test(id) ? await deps.changes.find(tenant.id, id) : undefined
    const record = change && (await deps.clients.load(change.key))
    if (change === undefined || record === undefined) throw notFound('There is no such change in this tenant.')
    mustRead(tenant, caller, record)
    return {
      status: 200,
      headers: {
        'cache-control': 'private, no-cache',
        ...(change.status === 'accepted' ? { 'retry-after': '1' } : {}),
      },
      body: JSON.stringify(changeView(change)),
    }
  }

/** A change, with its values in the shape of the request that brought them: what was cleared is `[]` or `""`. */
const changeView = (change: Change) => {
  const { tenantId, clientId } = change.key
  const base = `/v1/tenants/${tenantId}`
  const changeLink = (id: string): string => `${base}/changes/${id}`
  return {
    id: change.id,
    tenantId,
    clientId,
    generation: change.generation,
    status: change.status,
    values: nested(change.values),
    author: change.author,
    acceptedAt: change.acceptedAt.toISOString(),
    settledAt: change.settledAt?.toISOString() ?? null,
    refusal:
      change.refusal === null
        ? null
        : { reason: change.refusal.reason, detail: change.refusal.detail, errors: change.refusal.issues },
    supersededBy: change.supersededBy,
    links: {
      self: changeLink(change.id),
      client: `${base}/clients/${clientId}`,
      ...(change.supersededBy === null ? {} : { supersededBy: changeLink(change.supersededBy) }),
    },
  }
}

interface Nested {
  readonly [member: string]: Nested | readonly string[] | string
}

const isNested = (value: Nested[string] | undefined): value is Nested =>
  typeof value === 'object' && !Array.isArray(value)

const put = (here: Nested, [head = '', ...rest]: readonly string[], value: Nested[string]): Nested => {
  const inner = here[head]
  return { ...here, [head]: rest.length === 0 ? value : put(isNested(inner) ? inner : {}, rest, value) }
}

const nested = (values: Values): Nested => {
  let body: Nested = {}
  for (const path of pathsOf(values)) body = put(body, path.split('.'), values[path] ?? '')
  return body
}
