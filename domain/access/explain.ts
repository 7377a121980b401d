import { permissions } from '../vocabulary.ts'
import type { Caller, Permission } from '../vocabulary.ts'
import { doors, statesFor } from './authorize.ts'
import type { Access, AccessStates, Verb } from './authorize.ts'
import type { Grant } from './grants.ts'

/** Why `authorize` decides as it does: the three rules one by one. */

export const ruleNames = ['owner', 'product', 'all'] as const
export type RuleName = (typeof ruleNames)[number]

/** What of the caller each state of the client lets in: their user id and roles among its owners, or its product. */
type Matched = { readonly [State in keyof AccessStates]: readonly string[] }

interface Rule {
  readonly rule: RuleName
  readonly holds: boolean
  /** The permissions of which one is enough, and the one that the caller has; null where they have none. */
  readonly needs: readonly Permission[]
  readonly permission: Permission | null
  /** Null for the rule that needs no relation. */
  readonly matched: Matched | null
  /** A sentence: what holds, or what is missing. */
  readonly detail: string
}

export interface Right {
  readonly allowed: boolean
  /** The rule by which it is allowed; null where it is not. */
  readonly by: RuleName | null
  readonly detail: string
  readonly rules: readonly Rule[]
}

type RelationName = Exclude<RuleName, 'all'>

/** How a relation shows in one state of the client, and how it is spoken of. */
interface Relation {
  readonly in: (caller: Caller, access: Access) => readonly string[]
  readonly nothing: string
  readonly here: string
}

const relations: Readonly<Record<RelationName, Relation>> = {
  owner: {
    in: ({ id, roles }, { owners }) => [...new Set([id, ...roles])].filter((name) => owners.includes(name)),
    nothing: "Neither the user id nor a role is among the client's owners.",
    here: "among the client's owners",
  },
  product: {
    in: ({ products }, { productName }) => (productName && products.includes(productName) ? [productName] : []),
    nothing: "The client's product is not in the product scope.",
    here: "the client's product, and in the product scope",
  },
}

const list = new Intl.ListFormat('en', { type: 'conjunction' })
const either = new Intl.ListFormat('en', { type: 'disjunction' })

const heldOf = (caller: Caller, needs: readonly Permission[]): Permission | null =>
  needs.find((permission) => caller.permissions.has(permission)) ?? null

const missing = (needs: readonly Permission[]): string => `The permission ${either.format(needs)} is missing.`

/** Where a relation shows, and what that comes to. The first that fits is said. */
const relationDetail = (
  { nothing, here }: Relation,
  { confirmed, desired, shown }: Matched,
  holds: boolean,
): string => {
  if (holds) return `${list.format(confirmed)}: ${here}.`
  if (confirmed.length > 0 && desired.length > 0)
    return (
      `${list.format(confirmed)}: taken off in Auth0, outside Nexus, which ends writing until it is settled. Another owner, ` +
      'or a caller with client.write.all, can put it back or accept it (POST …/sync).'
    )
  if (confirmed.length > 0)
    return `${list.format(confirmed)}: taken away by a change that waits, which ends access at once.`
  if (desired.length > 0)
    return `${list.format(desired)}: given by a change that waits, which counts once Auth0 has it.`
  if (shown.length > 0)
    return `${list.format(shown)}: given in Auth0, outside Nexus, which counts once somebody accepts it (POST …/sync).`
  return nothing
}

const ruleOfRelation = (rule: RelationName, caller: Caller, verb: Verb, states: AccessStates): Rule => {
  const needs = doors[verb].related
  const permission = heldOf(caller, needs)
  const relation = relations[rule]
  const matched: Matched = {
    confirmed: relation.in(caller, states.confirmed),
    desired: relation.in(caller, states.desired),
    shown: relation.in(caller, states.shown),
  }
  const related = statesFor(verb, states).every((access) => relation.in(caller, access).length > 0)
  const detail = relationDetail(relation, matched, related)
  return {
    rule,
    holds: permission !== null && related,
    needs,
    permission,
    matched,
    detail: permission === null ? `${missing(needs)} ${detail}` : detail,
  }
}

const ruleOfAll = (caller: Caller, verb: Verb): Rule => {
  const needs = doors[verb].all
  const permission = heldOf(caller, needs)
  const detail = permission === null ? missing(needs) : `${permission} needs no relation to the client.`
  return { rule: 'all', holds: permission !== null, needs, permission, matched: null, detail }
}

/** Whether each state lets the caller in by a relation, be it not the same one in all of them. */
const isRelated = (caller: Caller, verb: Verb, states: AccessStates): boolean =>
  statesFor(verb, states).every((access) =>
    Object.values(relations).some((relation) => relation.in(caller, access).length > 0),
  )

/** What a caller may do with a client, and why. It agrees with `authorize`. */
export const explain = (caller: Caller, verb: Verb, states: AccessStates): Right => {
  const { related, all } = doors[verb]
  const owner = ruleOfRelation('owner', caller, verb, states)
  const product = ruleOfRelation('product', caller, verb, states)
  const without = ruleOfAll(caller, verb)
  const rules = [owner, product, without]
  const first = [without, owner, product].find(({ holds }) => holds)
  if (first !== undefined) return { allowed: true, by: first.rule, detail: first.detail, rules }
  if (owner.permission === null)
    return { allowed: false, by: null, detail: missing([...related.slice(0, 1), ...all.slice(0, 1)]), rules }
  const detail = `${owner.detail} ${product.detail}`
  if (!isRelated(caller, verb, states)) return { allowed: false, by: null, detail, rules }
  return { allowed: true, by: 'product', detail: `As owner and by the product together: ${detail}`, rules }
}

/**
 * The most that a user may be through an application, as far as a client's relations go: one with every permission and
 * product that it lets through, and with each owner's name as a role.
 */
export const mostThrough = (
  { name, grant }: { readonly name: string; readonly grant: Grant },
  { confirmed, desired }: AccessStates,
): Caller => ({
  kind: 'user',
  id: '',
  application: name,
  tenants: grant.tenants,
  permissions: new Set(grant.permissions ?? permissions),
  roles: [...new Set([...confirmed.owners, ...desired.owners])],
  products: grant.products ?? [confirmed, desired].flatMap(({ productName }) => productName ?? []),
  terraformStates: grant.terraformStates,
})
