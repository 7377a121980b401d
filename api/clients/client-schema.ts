import { z } from 'zod'
import { fields, groupDescription } from '../../domain/clients/fields.ts'
import { nest, nestedValues } from '../../domain/clients/nest.ts'
import { inOrder } from '../../domain/clients/view.ts'
import type { OtherMember } from '../../domain/clients/view.ts'
import type { FieldPath } from '../../domain/vocabulary.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { int32, text, texts } from '../routing/answers.ts'

/** The shape of a whole client, and one as an example: the fields from their table, and what stands beside them. */

/** A schema with what is told of it. @param example null for none */
export const documented = (schema: z.ZodType, description: string, example: unknown): z.ZodType =>
  schema.meta({ description, ...(example === null ? {} : { examples: [example] }) })

interface Member {
  readonly schema: z.ZodType
  readonly example: unknown
}

const member = (schema: z.ZodType, description: string, example: unknown): Member => ({
  schema: documented(schema, description, example),
  example,
})

const flag = z.boolean()

const ClientAuthMethod = z
  .enum(['None', 'ClientSecretPost', 'ClientSecretBasic'])
  .describe('The method a client application uses to authenticate with Auth0 when necessary')
  .meta({ id: 'ClientAuthMethod' })

export const exampleId = 'NXKzP2hYdFqLrT1uVwBcEaGs'

const others: Readonly<Record<OtherMember, Member>> = {
  id: member(text, 'The unique identifier that is also used in OAuth/OIDC authorization flows', exampleId),
  name: member(text.nullable(), 'The name of the client', 'Invoices'),
  type: member(text.nullable(), 'The type of client', 'regular_web'),
  secret: member(
    text.nullable(),
    'A client secret is a secret passphrase that proves to the authentication server that the client app is ' +
      'authorized to make a request on behalf of the user. Null unless it was asked for.',
    null,
  ),
  logoUrl: member(text.nullable(), 'A URL to a logo for the client', null),
  grantTypes: member(texts.nullable(), 'The grant types supported for this application', [
    'authorization_code',
    'refresh_token',
  ]),
  manuallyCreated: member(flag, 'Whether the client was created manually (true) or via Terraform (false)', true),
  // A schema with a name of its own keeps it only as it is.
  clientAuthMethod: { schema: ClientAuthMethod.optional(), example: 'ClientSecretPost' },
  idTokenExpiration: member(int32.nullable(), 'The lifetime of the id_token, in seconds', 36_000),
  refreshTokenReuseInterval: member(
    int32.nullable(),
    'The leeway, in seconds, in which a refresh_token can be used again without triggering reuse detection',
    0,
  ),
  refreshTokenAbsoluteLifetime: member(
    int32.nullable(),
    'The absolute lifetime of a refresh_token, in seconds',
    2_592_000,
  ),
  isRefreshTokenRotationEnabled: member(
    flag.nullable(),
    'Whether a new refresh token is issued at each exchange, the old one invalidated',
    false,
  ),
  allowCrossOriginAuthentication: member(
    flag.nullable(),
    'Whether the client can make cross-origin authentication requests',
    false,
  ),
  refreshTokenInactivityLifetime: member(
    int32.nullable(),
    'The idle lifetime of a refresh_token, in seconds',
    1_296_000,
  ),
  isRefreshTokenAbsoluteExpirationEnabled: member(
    flag.nullable(),
    'Whether the refresh token expires by its absolute lifetime',
    false,
  ),
  isRefreshTokenInactivityLifetimeEnabled: member(
    flag.nullable(),
    'Whether the refresh token expires by its inactivity lifetime',
    false,
  ),
}

const otherNames = Object.entries(others)

/** Fields in an answer: null where Auth0 has none. An object of them has a name of its own, such as `Mobile`. */
export const fieldMembers = (paths: readonly FieldPath[]): Record<string, z.ZodType> =>
  nest<FieldPath, z.ZodType>(
    paths,
    (path) => {
      const { kind, description, example } = fields[path]
      return documented(kind === 'list' ? texts.nullable() : text.nullable(), description, example)
    },
    (members, name) => {
      const description = groupDescription(name)
      const object = z.strictObject(members)
      return description === undefined ? object : object.meta({ description, id: capitalised(name) })
    },
  )

const capitalised = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`

/** All members of a client, in their order. */
export const clientMembers = inOrder({
  ...fieldMembers(fieldPaths),
  ...Object.fromEntries(otherNames.map(([name, { schema }]) => [name, schema])),
})

/** A client as the document shows it. */
export const exampleClient = inOrder({
  ...nestedValues(fieldPaths, (path) => fields[path].example),
  ...Object.fromEntries(otherNames.map(([name, { example }]) => [name, example])),
})
