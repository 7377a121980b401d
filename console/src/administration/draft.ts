import type { Permission } from '../app/schemas.ts'
import { differing } from './differing.ts'
import type { Entry, Kind } from './entry.ts'

/** All permissions, in the order of the form. One that the API's document has and the form has not does not compile. */
const named: Readonly<Record<Permission, true>> = {
  'client.read': true,
  'client.read.all': true,
  'client.write': true,
  'client.write.all': true,
  'client.secret.read': true,
  'terraform.adopt': true,
  'terraform.read': true,
  'terraform.state': true,
  'terraform.state.force-unlock': true,
  'tenant.admin': true,
}
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names of the table
export const permissions = Object.keys(named) as readonly Permission[]

/** An entry as a form holds it. Lists are texts with one on each line. */
export interface Draft {
  readonly name: string
  readonly everyTenant: boolean
  readonly tenants: readonly string[]
  /** Of an application: whether there is a ceiling. */
  readonly hasCeiling: boolean
  readonly permissions: readonly string[]
  readonly roles: string
  /** Of an application: whether products are narrowed. */
  readonly narrows: boolean
  readonly products: string
  readonly everyState: boolean
  readonly states: string
  /** ISO 8601; empty for never. */
  readonly expiresAt: string
  readonly disabled: boolean
}

export const emptyDraft: Draft = {
  name: '',
  everyTenant: false,
  tenants: [],
  hasCeiling: true,
  permissions: [],
  roles: '',
  narrows: false,
  products: '',
  everyState: true,
  states: '',
  expiresAt: '',
  disabled: false,
}

const linesIn = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
]

export const draftOf = (entry: Entry): Draft => ({
  name: entry.name,
  everyTenant: entry.tenants === '*',
  tenants: entry.tenants === '*' ? [] : entry.tenants,
  hasCeiling: entry.permissions !== null,
  permissions: entry.permissions ?? [],
  roles: (entry.roles ?? []).join('\n'),
  narrows: entry.products !== null,
  products: (entry.products ?? []).join('\n'),
  everyState: entry.terraformStates === '*',
  states: entry.terraformStates === '*' ? '' : entry.terraformStates.join('\n'),
  expiresAt: entry.expiresAt ?? '',
  disabled: entry.disabledAt !== null,
})

/** The members of a request that a draft comes to. What has no bound is said in words. */
interface Grants {
  readonly tenants: '*' | string[]
  readonly permissions: '*' | Permission[]
  readonly roles: string[]
  readonly products: '*' | string[]
  readonly terraformStates: '*' | string[]
}

const grantsOf = (kind: Kind, draft: Draft): Grants => {
  const unbounded = kind === 'applications'
  return {
    tenants: draft.everyTenant ? '*' : [...draft.tenants],
    permissions:
      unbounded && !draft.hasCeiling ? '*' : permissions.filter((permission) => draft.permissions.includes(permission)),
    roles: linesIn(draft.roles),
    products: unbounded && !draft.narrows ? '*' : linesIn(draft.products),
    terraformStates: draft.everyState ? '*' : linesIn(draft.states),
  }
}

const membersOf = (kind: Kind, draft: Draft) => {
  const { roles, ...rest } = grantsOf(kind, draft)
  return kind === 'accounts' ? { ...rest, roles } : rest
}

/** The body of the request that makes it. */
export const newOf = (kind: Kind, draft: Draft): Readonly<Record<string, unknown>> => ({
  name: draft.name.trim(),
  ...membersOf(kind, draft),
  ...(draft.expiresAt === '' ? {} : { expiresAt: draft.expiresAt }),
})

const changeable = (kind: Kind, draft: Draft): Readonly<Record<string, unknown>> => ({
  ...membersOf(kind, draft),
  expiresAt: draft.expiresAt === '' ? 'never' : draft.expiresAt,
  disabled: draft.disabled,
})

/** The body of the request that changes it: only what differs, so that what somebody else changed meanwhile stays. */
export const changeOf = (kind: Kind, before: Draft, after: Draft): Readonly<Record<string, unknown>> =>
  differing(changeable(kind, before), changeable(kind, after))
