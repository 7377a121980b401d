import { z } from 'zod'
import { grantParts } from './grants.ts'
import { KeptTime } from '../texts/kept.ts'
import type { Grant } from './grants.ts'
import { longestOverlap, RegisteredName, usualOverlap } from './registered.ts'
import type { Registered, RegisteredKind } from './registered.ts'

/**
 * What can be asked of applications and service accounts, as the API and the command line give it. Absent and null are
 * the same: on creation the default, in a change "as it is". What is to have no bound is said in words: `"*"`, `"never"`.
 */

const bounded = <Part extends z.ZodType>(part: Part) => z.union([part, z.literal('*')])
const time = KeptTime

const ofApplication = {
  tenants: grantParts.tenants,
  permissions: bounded(grantParts.permissions).nullish(),
  products: bounded(grantParts.products).nullish(),
  terraformStates: grantParts.terraformStates.nullish(),
  expiresAt: time.nullish(),
}
const ofAccount = {
  tenants: grantParts.tenants,
  permissions: grantParts.permissions,
  roles: grantParts.roles.nullish(),
  products: grantParts.products.nullish(),
  terraformStates: grantParts.terraformStates.nullish(),
  expiresAt: time.nullish(),
}

const changed = { disabled: z.boolean().nullish(), expiresAt: z.union([time, z.literal('never')]).nullish() }
const orAsItIs = { tenants: grantParts.tenants.nullish(), permissions: ofApplication.permissions }

/** A caller that is to be. */
export interface NewCaller {
  readonly name: string
  readonly grant: Grant
  readonly expiresAt: Date | null
}

const unbounded = <T>(part: T | '*' | null | undefined): T | null => (part === '*' ? null : (part ?? null))
const dateOf = (text: string | null | undefined): Date | null => (text ? new Date(text) : null)

/** The request that makes a caller, for each kind. Without a ceiling, products and states an application narrows nothing. */
export const newCaller: Readonly<Record<RegisteredKind, z.ZodType<NewCaller>>> = {
  application: z
    .strictObject({ name: RegisteredName, ...ofApplication })
    .transform(({ name, tenants, permissions, products, terraformStates, expiresAt }) => ({
      name,
      grant: {
        tenants,
        permissions: unbounded(permissions),
        roles: [],
        products: unbounded(products),
        terraformStates: terraformStates ?? '*',
      },
      expiresAt: dateOf(expiresAt),
    })),
  account: z
    .strictObject({ name: RegisteredName, ...ofAccount })
    .transform(({ name, tenants, permissions, roles, products, terraformStates, expiresAt }) => ({
      name,
      grant: {
        tenants,
        permissions,
        roles: roles ?? [],
        products: products ?? [],
        terraformStates: terraformStates ?? '*',
      },
      expiresAt: dateOf(expiresAt),
    })),
}

/** What becomes of an entry by a request that changes it. */
type Change = (entry: Registered, now: Date) => Registered

interface Changes {
  readonly tenants?: Grant['tenants'] | null | undefined
  readonly permissions?: NonNullable<Grant['permissions']> | '*' | null | undefined
  readonly roles?: readonly string[] | null | undefined
  readonly products?: readonly string[] | '*' | null | undefined
  readonly terraformStates?: Grant['terraformStates'] | null | undefined
  readonly expiresAt?: string | null | undefined
  readonly disabled?: boolean | null | undefined
}

const toChange =
  (asked: Changes): Change =>
  (entry, now) => ({
    ...entry,
    grant: {
      tenants: asked.tenants ?? entry.grant.tenants,
      permissions: asked.permissions ? unbounded(asked.permissions) : entry.grant.permissions,
      roles: asked.roles ?? entry.grant.roles,
      products: asked.products ? unbounded(asked.products) : entry.grant.products,
      terraformStates: asked.terraformStates ?? entry.grant.terraformStates,
    },
    expiresAt: asked.expiresAt === 'never' ? null : (dateOf(asked.expiresAt) ?? entry.expiresAt),
    disabledAt:
      asked.disabled === true ? (entry.disabledAt ?? now) : asked.disabled === false ? null : entry.disabledAt,
  })

/** The request that changes what a caller is good for. */
export const callerChange: Readonly<Record<RegisteredKind, z.ZodType<Change>>> = {
  application: z.strictObject({ ...ofApplication, ...orAsItIs, ...changed }).transform(toChange),
  account: z
    .strictObject({ ...ofAccount, ...orAsItIs, permissions: ofAccount.permissions.nullish(), ...changed })
    .transform(toChange),
}

/** The request for a new secret: how long the present one stays good beside it. */
export const Rotation = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(longestOverlap)
    .nullish()
    .transform((seconds) => seconds ?? usualOverlap),
})
