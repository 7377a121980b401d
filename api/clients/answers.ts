import { z } from 'zod'
import { syncWords } from '../../domain/clients/listing.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { count, seconds, text, texts, time } from '../http/answers.ts'
import type { AnswerHeader, OperationAnswer } from '../http/operation.ts'
import { exampleClient, withExamples } from './example.ts'

/** What is answered about clients. */

const ClientAuthMethod = z
  .enum(['None', 'ClientSecretPost', 'ClientSecretBasic'])
  .describe('The method a client application uses to authenticate with Auth0 when necessary')
  .meta({ id: 'ClientAuthMethod' })

const Mobile = z
  .strictObject({
    ios: z.strictObject({ team_id: text.nullable(), app_bundle_identifier: text.nullable() }),
    android: z.strictObject({
      keystore_hash: text.nullable().describe('SHA-256 fingerprints with colons; several are comma separated'),
      app_package_name: text.nullable(),
    }),
  })
  .describe('Mobile device settings for Auth0 client applications')
  .meta({ id: 'Mobile' })

export const FieldPath = z
  .enum(fieldPaths)
  .describe('A field of a client, the unit of ownership')
  .meta({ id: 'FieldPath' })

export const FieldValue = z.union([texts, text]).nullable()

const Preview = z
  .strictObject({
    detail: text,
    etag: text.nullable().describe('For the `If-Match` of the request that is to do just this'),
    fields: z.array(z.strictObject({ field: FieldPath, from: FieldValue, to: FieldValue })),
    members: z.record(text, z.unknown()).nullable().describe('The body that Auth0 would get; null for none'),
    waitingChanges: count,
  })
  .describe('With `dryRun=true` only: what the request would change. Nothing was done.')
  .meta({ id: 'Preview' })

const clientMembers = {
  id: text.describe('The unique identifier that is also used in OAuth/OIDC authorization flows'),
  name: text.nullable().describe('The name of the client'),
  type: text.nullable().describe('The type of client'),
  mobile: Mobile,
  owners: texts.nullable().describe('A list of roles or user IDs who have permissions over this client'),
  secret: text
    .nullable()
    .describe(
      'A client secret is a secret passphrase that proves to the authentication server that the client app is ' +
        'authorized to make a request on behalf of the user. Null unless it was asked for.',
    ),
  logoUrl: text.nullable().describe('A URL to a logo for the client'),
  grantTypes: texts.nullable().describe('The grant types supported for this application'),
  productName: text.nullable().describe('The name of the product associated with the client'),
  callbackUrls: texts.nullable().describe('Callback URLs for the OAuth2 authentication process'),
  client_upn_key: text.nullable().describe('The client UPN key for user principal name mapping'),
  applicationName: text.nullable().describe('The name of the application associated with the client'),
  manuallyCreated: z.boolean().describe('Whether the client was created manually (true) or via Terraform (false)'),
  clientAuthMethod: ClientAuthMethod.optional(),
  allowedLogoutUrls: texts.nullable().describe('URLs that are valid to redirect to after logout from Auth0'),
  allowedWebOrigins: texts
    .nullable()
    .describe('Allowed origins for Cross-Origin Authentication, Device Flow and web message response mode'),
  idTokenExpiration: seconds.nullable().describe('The lifetime of the id_token, in seconds'),
  allowedCorsOrigins: texts.nullable().describe('Additional origins allowed to make CORS requests'),
  refreshTokenReuseInterval: seconds
    .nullable()
    .describe('The leeway, in seconds, in which a refresh_token can be used again without triggering reuse detection'),
  refreshTokenAbsoluteLifetime: seconds.nullable().describe('The absolute lifetime of a refresh_token, in seconds'),
  isRefreshTokenRotationEnabled: z
    .boolean()
    .nullable()
    .describe('Whether a new refresh token is issued at each exchange, the old one invalidated'),
  allowCrossOriginAuthentication: z
    .boolean()
    .nullable()
    .describe('Whether the client can make cross-origin authentication requests'),
  refreshTokenInactivityLifetime: seconds.nullable().describe('The idle lifetime of a refresh_token, in seconds'),
  isRefreshTokenAbsoluteExpirationEnabled: z
    .boolean()
    .nullable()
    .describe('Whether the refresh token expires by its absolute lifetime'),
  isRefreshTokenInactivityLifetimeEnabled: z
    .boolean()
    .nullable()
    .describe('Whether the refresh token expires by its inactivity lifetime'),
  preview: Preview.optional(),
}

const Client = z.strictObject(withExamples(clientMembers, exampleClient)).meta({ id: 'Client' })

export const wholeClient = (description: string, headers: readonly AnswerHeader[]): OperationAnswer => ({
  description,
  schema: Client,
  headers,
  example: exampleClient,
})

const ListedClient = z
  .strictObject({
    id: text,
    name: text.nullable(),
    type: text.nullable(),
    owners: texts.nullable(),
    productName: text.nullable(),
    applicationName: text.nullable(),
    manuallyCreated: z.boolean(),
    sync: z.enum(syncWords),
    drifted: z.boolean(),
    observedAt: time,
    updatedAt: time,
  })
  .describe('A client in a list: what tells it from others, and how it stands')
  .meta({ id: 'ListedClient' })

export const ClientPage = z
  .strictObject({ clients: z.array(ListedClient), next: text.nullable().describe('The cursor of the next page') })
  .meta({ id: 'ClientPage' })
