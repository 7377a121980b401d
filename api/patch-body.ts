import { z } from 'zod'
import { measured } from '../domain/lengths.ts'
import type { Measured } from '../domain/lengths.ts'

/**
 * The body of a PATCH, as the contract describes it. Every field may be absent or null; what null means depends on the
 * media type and is decided in `parse-patch.ts`.
 */

/** PostgreSQL's jsonb holds neither U+0000 nor half of a surrogate pair, and neither means anything in these fields. */
export const text = (what: Measured) =>
  measured(what)
    .refine((value) => !value.includes('\u0000'), 'This text holds the character U+0000.')
    .refine((value) => value.isWellFormed(), 'This text holds half of a surrogate pair.')

const list = z.array(text('text')).nullish()

export const PatchBody = z.strictObject({
  mobile: z
    .strictObject({
      ios: z.strictObject({ team_id: text('text').nullish(), app_bundle_identifier: text('text').nullish() }).nullish(),
      android: z
        .strictObject({ keystore_hash: text('text').nullish(), app_package_name: text('text').nullish() })
        .nullish(),
    })
    .nullish()
    .describe('Mobile device settings for Auth0 client applications'),
  owners: list.describe('A list of roles or user IDs who have permissions over this client'),
  productName: text('text').nullish().describe('The name of the product associated with the client'),
  callbackUrls: list.describe(
    'Callback URLs for the OAuth2 authentication process. Multiple values should be comma separated. ' +
      '(Order matters: the first is the default of SAML, WS-Fed and IdP-initiated logins)',
  ),
  client_upn_key: text('text').nullish().describe('The client UPN key for user principal name mapping'),
  applicationName: text('text').nullish().describe('The name of the application associated with the client'),
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
