import type { ConfiguredCaller } from '../../adapters/config/configured-callers.ts'
import type { CallerRow } from '../../adapters/postgres/callers.ts'
import type { Grant } from '../../domain/access/grants.ts'
import { ownerNameOf, callerStatusOf } from '../../domain/access/registered.ts'
import type { RegisteredKind } from '../../domain/access/registered.ts'

const iso = (time: Date | null): string | null => time?.toISOString() ?? null

const latest = (one: Date | null, other: Date | null): Date | null =>
  one !== null && (other === null || one > other) ? one : other

const grantView = (kind: RegisteredKind, { tenants, permissions, roles, products, terraformStates }: Grant) => ({
  tenants,
  permissions,
  ...(kind === 'account' ? { roles } : {}),
  products,
  terraformStates,
})

/**
 * An application or an account of the database: everything but its secrets, of which only times are told.
 *
 * @param shadowed whether the configuration has one of its name, which then is the one that counts
 */
export const registeredView = (kind: RegisteredKind, { entry, now }: CallerRow, shadowed = false) => ({
  name: entry.name,
  source: 'database' as const,
  status: shadowed ? ('shadowed' as const) : callerStatusOf(entry, now),
  ...(kind === 'account' ? { ownerName: ownerNameOf(entry.name) } : {}),
  ...grantView(kind, entry.grant),
  expiresAt: iso(entry.expiresAt),
  lastUsedAt: iso(latest(entry.secret?.usedAt ?? null, entry.previous?.usedAt ?? null)),
  secret: entry.secret && { madeAt: iso(entry.secret.madeAt), lastUsedAt: iso(entry.secret.usedAt) },
  previousSecret:
    entry.previous === null || entry.previous.until <= now
      ? null
      : { validUntil: iso(entry.previous.until), lastUsedAt: iso(entry.previous.usedAt) },
  createdAt: iso(entry.createdAt),
  createdBy: entry.createdBy,
  disabledAt: iso(entry.disabledAt),
  revokedAt: iso(entry.revokedAt),
})

/** The same of one of the configuration, of which nothing is known but its last use. */
export const configuredView = (
  kind: RegisteredKind,
  { name, grant }: ConfiguredCaller,
  uses: ReadonlyMap<string, Date>,
) => ({
  name,
  source: 'configuration' as const,
  status: 'active' as const,
  ...(kind === 'account' ? { ownerName: name } : {}),
  ...grantView(kind, grant),
  expiresAt: null,
  lastUsedAt: iso(uses.get(name) ?? null),
  secret: null,
  previousSecret: null,
  createdAt: null,
  createdBy: null,
  disabledAt: null,
  revokedAt: null,
})
