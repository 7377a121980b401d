import { z } from 'zod'
import { keptName } from '../texts/kept.ts'
import type { Author, Caller, Permission } from '../vocabulary.ts'
import { Permission as PermissionName, permissions, StateName, TenantId } from '../vocabulary.ts'
import type { Issue } from '../texts/json-text.ts'

/** What an application or a service account is good for. */
export interface Grant {
  readonly tenants: readonly string[] | '*'
  /** Of an application the most that a user may do through it, of an account what it may do; null sets no ceiling. */
  readonly permissions: readonly Permission[] | null
  /** Roles that the account is a member of; an application has none. */
  readonly roles: readonly string[]
  /** Narrows a user's products, or is an account's product scope; null narrows nothing. */
  readonly products: readonly string[] | null
  readonly terraformStates: readonly string[] | '*'
}

/** Who an account with this grant is. @param id what it is called on owners */
export const accountCaller = (id: string, grant: Grant): Caller => ({
  kind: 'service-account',
  id,
  application: null,
  tenants: grant.tenants,
  permissions: new Set(grant.permissions),
  roles: grant.roles,
  products: grant.products ?? [],
  terraformStates: grant.terraformStates,
})

const Label = keptName('label')

/** The pieces of a grant, as a request or the command line gives them and as the store keeps them. */
export const grantParts = {
  tenants: z.union([z.literal('*'), z.array(TenantId).min(1)], {
    error: 'Name tenants in a list, or "*" for every tenant.',
  }),
  permissions: z.array(PermissionName),
  roles: z.array(Label).max(100),
  products: z.array(Label).max(100),
  terraformStates: z.union([z.literal('*'), z.array(StateName)], {
    error: 'Name Terraform states in a list, or "*" for every state.',
  }),
}

/** A grant as it comes from the store. Permissions of another version of Nexus are left out: they open nothing here. */
export const Grant: z.ZodType<Grant> = z.object({
  ...grantParts,
  permissions: z
    .array(z.string())
    .transform((names) => names.flatMap((name) => PermissionName.safeParse(name).data ?? []))
    .nullable(),
  products: grantParts.products.nullable(),
})

/** Which permissions are at least as much as one: `.all` is more than its relation, and write implies read. */
const covering: Partial<Readonly<Record<Permission, readonly Permission[]>>> = {
  'client.read': ['client.read.all', 'client.write', 'client.write.all'],
  'client.read.all': ['client.write.all'],
  'client.write': ['client.write.all'],
}

/** Permissions that need a relation to the client, the farther one first, and those that reach as far without one. */
const reaches: readonly (readonly [related: Permission, all: readonly Permission[]])[] = [
  ['client.write', ['client.write.all']],
  ['client.read', ['client.read.all', 'client.write.all']],
]

/** Whether somebody hands out access at all. */
export const isAdministrator = ({ permissions, tenants }: Caller): boolean =>
  permissions.has('tenant.admin') && tenants.length > 0

const within = (some: readonly string[] | '*', all: readonly string[] | '*'): boolean =>
  all === '*' || (some !== '*' && some.every((one) => all.includes(one)))

/** Whether an administrator may know of an entry: it reaches no further than their tenants. */
export const mayOversee = (administrator: Caller, { tenants }: Pick<Grant, 'tenants'>): boolean =>
  isAdministrator(administrator) && within(tenants, administrator.tenants)

/**
 * Why an administrator may not hand a grant out; empty where they may. Nobody hands out what they do not have
 * themselves: tenants, permissions, Terraform states, and, unless they reach every client anyway, roles and products.
 * That a user's own rights bound what an application comes to does not count: its ceiling could be all that holds an
 * administrator back who calls through another one.
 *
 * @returns an issue for each member, with its pointer
 */
export const excessOf = (administrator: Caller, grant: Grant): Issue[] => {
  const { tenants, permissions: held, roles, products, terraformStates } = administrator
  if (!isAdministrator(administrator))
    return [{ pointer: '', detail: 'Handing out access needs the permission tenant.admin.' }]
  const granted = grant.permissions ?? permissions
  const lacking = granted.filter((one) => !held.has(one) && !covering[one]?.some((enough) => held.has(enough)))
  const bounded = needsRelation(administrator, grant)
  return [
    ...beyond('tenants', grant.tenants, tenants, 'they are an administrator of'),
    ...(lacking.length === 0
      ? []
      : [
          {
            pointer: '/permissions',
            detail:
              (grant.permissions === null ? 'Without a ceiling every permission counts. ' : '') +
              `The administrator lacks ${lacking.join(', ')} and cannot hand it out.`,
          },
        ]),
    ...(bounded ? beyond('roles', grant.roles, roles, 'they are a member of') : []),
    ...(bounded ? beyond('products', grant.products ?? '*', products, 'are in their own product scope') : []),
    ...beyond('terraformStates', grant.terraformStates, terraformStates, 'their own credentials are good for'),
  ]
}

/** Whether a grant's permissions reach clients by a relation that the administrator would need too. */
const needsRelation = (administrator: Caller, { permissions: granted }: Grant): boolean => {
  const reach = reaches.find(([related]) => (granted ?? permissions).includes(related))
  return reach !== undefined && !reach[1].some((all) => administrator.permissions.has(all))
}

/**
 * Why an administrator may not have a new secret of an account: with it they are the account. Beside what it was given
 * counts what its name may have been given since, by owners who trust who has it: unless the administrator reaches every
 * client anyway, they must have made it themselves, or be it.
 *
 * @param account its name on owners, and who made it
 */
export const excessOfSecret = (
  administrator: Caller,
  grant: Grant,
  account: { readonly ownerName: string; readonly createdBy: Author | null },
): Issue[] => {
  const own =
    administrator.id === account.ownerName ||
    (administrator.id === account.createdBy?.id && administrator.kind === account.createdBy.kind)
  return [
    ...excessOf(administrator, grant),
    ...(own || !needsRelation(administrator, grant)
      ? []
      : [
          {
            pointer: '',
            detail:
              `${account.ownerName} may stand on owners of clients that the administrator does not reach. Whoever made the ` +
              'account, or has client.write.all, can rotate it.',
          },
        ]),
  ]
}

/** An issue where `some` holds more than `own`. @param whose continues "only those that" */
const beyond = (
  member: Exclude<keyof Grant, 'permissions'>,
  some: readonly string[] | '*',
  own: readonly string[] | '*',
  whose: string,
): Issue[] => {
  if (own === '*') return []
  const more = some === '*' ? ['all of them'] : some.filter((one) => !own.includes(one))
  if (more.length === 0) return []
  return [
    {
      pointer: `/${member}`,
      detail: `The administrator cannot hand out ${more.join(', ')}, only those that ${whose}: ${own.join(', ') || 'none'}.`,
    },
  ]
}
