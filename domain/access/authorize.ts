import type { Caller, Permission } from '../vocabulary.ts'

/** What of a client decides who may reach it. */
export interface Access {
  readonly owners: readonly string[]
  readonly productName: string | null
}

export type Verb = 'read' | 'write'

export type Decision =
  | { readonly allowed: true; readonly by: 'all' | 'owner' | 'product' }
  | {
      readonly allowed: false
      readonly missing: 'permission' | 'relation'
      /** What would have let the caller in: permissions, `relation` or `tenant`. */
      readonly needs: string
      readonly detail: string
    }

/** Which permissions open a door: with a relation to the client, and without one. Write implies read. */
export const doors: Readonly<Record<Verb, { related: readonly Permission[]; all: readonly Permission[] }>> = {
  read: { related: ['client.read', 'client.write'], all: ['client.read.all', 'client.write.all'] },
  write: { related: ['client.write'], all: ['client.write.all'] },
}

const holds = (caller: Caller, wanted: readonly Permission[]): boolean =>
  wanted.some((permission) => caller.permissions.has(permission))

/**
 * Whether any permission of the caller could suffice on this tenant, before a client is looked up: who could never be
 * let in must not learn what exists.
 */
export const couldReachAny = (caller: Caller, verb: Verb, tenantId: string): Decision => {
  const { related, all } = doors[verb]
  const wanted = `${related[0]} or ${all[0]}`
  if (!holds(caller, [...related, ...all]))
    return {
      allowed: false,
      missing: 'permission',
      needs: wanted,
      detail: `This needs the permission ${wanted}; the caller has neither.`,
    }
  if (!coversTenant(caller, tenantId))
    return {
      allowed: false,
      missing: 'permission',
      needs: 'tenant',
      detail: `The caller's credentials are not good for the tenant ${tenantId}; ${wanted} is needed there.`,
    }
  return { allowed: true, by: 'all' }
}

/** Whether a caller may do what needs any of a few permissions on a tenant, and no relation to a client. */
export const hasPermission = (caller: Caller, anyOf: readonly Permission[], tenantId: string): Decision =>
  holds(caller, anyOf) && coversTenant(caller, tenantId)
    ? { allowed: true, by: 'all' }
    : {
        allowed: false,
        missing: 'permission',
        needs: holds(caller, anyOf) ? 'tenant' : anyOf.join(' or '),
        detail: `This needs the permission ${anyOf.join(' or ')} on the tenant.`,
      }

/** What opens the view of a tenant as a whole: what runs, who paused it, which clients are odd. */
export const wholeTenant = [
  'client.read.all',
  'client.write.all',
  'tenant.admin',
] as const satisfies readonly Permission[]

/** Whether a caller may know of every client of a tenant. */
export const mayKnowEvery = (caller: Caller): boolean => holds(caller, wholeTenant)

/** Whether a caller's credentials are good for a tenant. */
export const coversTenant = (caller: Caller, tenantId: string): boolean =>
  caller.tenants === '*' || caller.tenants.includes(tenantId)

const relation = (caller: Caller, { owners, productName }: Access): 'owner' | 'product' | null => {
  if (owners.includes(caller.id) || caller.roles.some((role) => owners.includes(role))) return 'owner'
  if (productName && caller.products.includes(productName)) return 'product'
  return null
}

/** Everything that a client is looked at for. */
export interface AccessStates {
  readonly confirmed: Access
  readonly desired: Access
  /** What Auth0 shows; of fields that Nexus does not own this is the confirmed value too. */
  readonly shown: Access
}

/** What two states have in common: whom both let in for the same reason. */
const inCommon = (one: Access, other: Access): Access => ({
  owners: one.owners.filter((owner) => other.owners.includes(owner)),
  productName: one.productName === other.productName ? one.productName : null,
})

/**
 * The states that must each let a caller in. Reading: the confirmed and the desired one. Writing: also what of the
 * confirmed one Auth0 still shows, so that whoever was taken off there writes no more from the moment that it is seen.
 * Where Nexus owns the field that is drift, and holds for as long as it stands; what was added there gives nothing until
 * it is accepted.
 */
export const statesFor = (verb: Verb, { confirmed, desired, shown }: AccessStates): Access[] =>
  verb === 'read' ? [confirmed, desired] : [confirmed, desired, inCommon(confirmed, shown)]

/**
 * Whom a client with this access lets in, and what a caller can show for it, as texts: the caller has a relation to the
 * client exactly where the two have one in common. For whoever can only compare.
 */
export const admissionsOf = ({ owners, productName }: Access): string[] => [
  ...owners.map(asOwner),
  ...(productName ? [asProduct(productName)] : []),
]

/** @returns `'all'` where a permission lets the caller in without a relation; nothing where no permission does */
export const claimsOf = (caller: Caller, verb: Verb): readonly string[] | 'all' => {
  const { related, all } = doors[verb]
  if (holds(caller, all)) return 'all'
  if (!holds(caller, related)) return []
  return [caller.id, ...caller.roles].map(asOwner).concat(caller.products.map(asProduct))
}

export const asOwner = (owner: string): string => `owner ${owner}`
export const asProduct = (product: string): string => `product ${product}`

/**
 * The three rules of the contract: a client can be reached by
 * 1. `client.write` and the caller's user id, or one of their roles, among the client's owners;
 * 2. `client.write` and the client's product in the caller's product scope;
 * 3. `client.write.all`.
 * (`client.read…` for reading.) Comparison is exact, case too.
 *
 * @param access every state that must let the caller in: the confirmed and the desired one, so that a removal binds at
 *   once and a grant binds when Auth0 has it.
 */
export const authorize = (caller: Caller, verb: Verb, access: readonly Access[]): Decision => {
  const { related, all } = doors[verb]
  if (holds(caller, all)) return { allowed: true, by: 'all' }
  if (!holds(caller, related))
    return {
      allowed: false,
      missing: 'permission',
      needs: `${related[0]} or ${all[0]}`,
      detail: `This needs the permission ${related[0]} or ${all[0]}.`,
    }
  const relations = access.map((one) => relation(caller, one))
  if (relations.length === 0 || relations.includes(null))
    return {
      allowed: false,
      missing: 'relation',
      needs: 'relation',
      detail:
        `The caller has ${related.filter((permission) => caller.permissions.has(permission)).join(' and ')}, but neither ` +
        `their user id nor a role of theirs is an owner of the client, and its product is not in their product scope. ` +
        `An owner can add them, or ${all[0]} lets them in.`,
    }
  return { allowed: true, by: relations.includes('product') ? 'product' : 'owner' }
}
