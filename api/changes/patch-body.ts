import { z } from 'zod'
import { KeptText as text } from '../../domain/texts/kept.ts'

/**
 * The body of a PATCH, as the contract describes it. Every field may be absent or null; what null means depends on the
 * media type and is decided in `parse-patch.ts`.
 */

const list = z.array(text).nullish()

export const PatchBody = z.strictObject({
  mobile: z
    .strictObject({
      ios: z.strictObject({ team_id: text.nullish(), app_bundle_identifier: text.nullish() }).nullish(),
      android: z.strictObject({ keystore_hash: text.nullish(), app_package_name: text.nullish() }).nullish(),
    })
    .nullish()
    .describe('Mobile device settings for Auth0 client applications'),
  owners: list.describe('A list of roles or user IDs who have permissions over this client'),
  productName: text.nullish().describe('The name of the product associated with the client'),
  callbackUrls: list.describe(
    'Callback URLs for the OAuth2 authentication process. Multiple values should be comma separated. ' +
      '(Order matters: the first is the default of SAML, WS-Fed and IdP-initiated logins)',
  ),
  client_upn_key: text.nullish().describe('The client UPN key for user principal name mapping'),
  applicationName: text.nullish().describe('The name of the application associated with the client'),
  allowedLogoutUrls: list.describe(
    'A set of URLs that are valid to redirect to after logout from Auth0. Multiple values should be comma separated',
  ),
  allowedWebOrigins: list.describe(
    'Comma-separated list of allowed origins for use with Cross-Origin Authentication, Device Flow, and web message ' +
      'response mode',
  ),
  allowedCorsOrigins: list.describe(
    'Additional origins allowed to make cross-origin resource sharing (CORS) requests. Allowed callback URLs are ' +
      'already included in this list',
  ),
})
export type PatchBody = z.infer<typeof PatchBody>
