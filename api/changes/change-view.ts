import type { Change } from '../../adapters/postgres/changes/changes.ts'
import { nestedValues } from '../../domain/clients/nest.ts'
import type { Values } from '../../domain/vocabulary.ts'
import { pathsOf } from '../../domain/vocabulary.ts'

/**
 * A change, with its values in the shape of the request that brought them: what was cleared is `[]` or `""`. What they were
 * before has null for what was empty, as a merge patch (RFC 7396) that undoes the change.
 */
export const changeView = (change: Change) => {
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
    before: change.before && nested(change.before, null),
    author: change.author,
    acceptedAt: change.acceptedAt.toISOString(),
    settledAt: change.settledAt?.toISOString() ?? null,
    refusal:
      change.refusal === null
        ? null
        : { reason: change.refusal.reason, detail: change.refusal.detail, errors: change.refusal.issues },
    supersededBy: change.supersededBy,
    ...(change.warnings.length === 0 ? {} : { warnings: change.warnings }),
    links: {
      self: changeLink(change.id),
      client: `${base}/clients/${encodeURIComponent(clientId)}`,
      ...(change.supersededBy === null ? {} : { supersededBy: changeLink(change.supersededBy) }),
    },
  }
}

/**
 * Values in the shape of a request body.
 *
 * @param nothing what stands for a value that is none
 */
export const nested = (values: Values, nothing: '' | null = ''): Readonly<Record<string, unknown>> =>
  nestedValues(pathsOf(values), (path) => values[path] ?? nothing)
