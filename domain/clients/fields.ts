import type { FieldPath } from '../vocabulary.ts'
import { fieldPaths } from '../vocabulary.ts'
import { joined, list, text } from './field-kinds.ts'
import type { Field } from './field-kinds.ts'
import type { FieldMember } from './nest.ts'
import { fingerprintsIn } from './fingerprints.ts'

/**
 * The table of fields: all that is known of each, and told nowhere else. Requests, answers, the document, plan, preview,
 * drift, stacks, the configuration's metadata keys, the command line and the guides read it.
 *
 * Sources: the API contract, "Request body"; for what empties a field, recorded traffic and Auth0's schema.
 */
const table = {
  'mobile.ios.team_id': text(['mobile', 'ios', 'team_id'], {
    greatest: 'mobileText',
    description: 'The identifier of the Apple account that signs the app and uploads it to the store',
    example: null,
  }),
  'mobile.ios.app_bundle_identifier': text(['mobile', 'ios', 'app_bundle_identifier'], {
    greatest: 'mobileText',
    description: 'The unique identifier of the app in the store, usually a domain in reverse and the name of the app',
    example: null,
  }),
  'mobile.android.keystore_hash': joined(['mobile', 'android', 'sha256_cert_fingerprints'], {
    greatest: 'fingerprints',
    form: fingerprintsIn,
    description: 'SHA-256 fingerprints with colons; several are comma separated',
    request: 'SHA-256 fingerprints, with or without colons; several are comma separated',
    remark: 'A request may leave the colons out',
    example: null,
  }),
  'mobile.android.app_package_name': text(['mobile', 'android', 'app_package_name'], {
    greatest: 'mobileText',
    description: 'The name of the package in AndroidManifest.xml',
    example: null,
  }),
  owners: list(['client_metadata', 'owners'], {
    greatest: 'label',
    // An owner without a name is nobody, or whoever has an empty claim.
    element: (owner) => (owner.trim() === '' ? 'An owner is a user id or a role.' : undefined),
    remedy: 'Name a role instead of many users.',
    description: 'A list of roles or user IDs who have permissions over this client',
    remark: 'At most 255 characters in total: use a role rather than many people',
    example: ['billing-admins'],
    listed: true,
  }),
  productName: text(['client_metadata', 'product_name'], {
    greatest: 'label',
    description: 'The name of the product associated with the client',
    example: 'Billing',
    listed: true,
  }),
  callbackUrls: list(['callbacks'], {
    greatest: 'url',
    url: 'callback',
    ordered: true,
    description: 'Callback URLs for the OAuth2 authentication process',
    request:
      'Callback URLs for the OAuth2 authentication process. Multiple values should be comma separated. ' +
      '(Order matters: the first is the default of SAML, WS-Fed and IdP-initiated logins)',
    remark: 'The first is the default for SAML, WS-Fed and IdP-initiated logins',
    example: ['https://invoices.example.com/callback'],
  }),
  client_upn_key: text(['client_metadata', 'client_upn_key'], {
    greatest: 'label',
    description: 'The client UPN key for user principal name mapping',
    example: 'upn',
  }),
  applicationName: text(['client_metadata', 'application_name'], {
    greatest: 'label',
    description: 'The name of the application associated with the client',
    example: 'Invoices for customers',
    listed: true,
  }),
  allowedLogoutUrls: list(['allowed_logout_urls'], {
    greatest: 'url',
    url: 'logout',
    description: 'URLs that are valid to redirect to after logout from Auth0',
    request:
      'A set of URLs that are valid to redirect to after logout from Auth0. Multiple values should be comma separated',
    example: ['https://invoices.example.com/'],
  }),
  allowedWebOrigins: list(['web_origins'], {
    greatest: 'url',
    url: 'web-origin',
    description: 'Allowed origins for Cross-Origin Authentication, Device Flow and web message response mode',
    request:
      'Comma-separated list of allowed origins for use with Cross-Origin Authentication, Device Flow, and web message ' +
      'response mode',
    remark: 'Scheme, host and port only',
    example: ['https://invoices.example.com'],
  }),
  allowedCorsOrigins: list(['allowed_origins'], {
    greatest: 'url',
    url: 'cors-origin',
    description: 'Additional origins allowed to make CORS requests',
    request:
      'Additional origins allowed to make cross-origin resource sharing (CORS) requests. Allowed callback URLs are ' +
      'already included in this list',
    remark: 'Scheme, host and port only; callback URLs are already allowed',
    example: null,
  }),
} satisfies Readonly<Record<FieldPath, Field>>

export const fields: Readonly<Record<FieldPath, Field>> = table

/** What is said of the objects that fields stand in together. */
const groups = {
  mobile: 'Mobile device settings for Auth0 client applications',
} satisfies Readonly<Record<Exclude<FieldMember, FieldPath>, string>>

/**
 * What a group of fields is; undefined of one inside another, which needs no word of its own.
 *
 * @param name such as `mobile`
 */
export const groupDescription = (name: string): string | undefined => new Map(Object.entries(groups)).get(name)

/** A field that Auth0 keeps in `client_metadata`. */
export type MetadataField = {
  [F in FieldPath]: (typeof table)[F]['place'] extends readonly ['client_metadata', string] ? F : never
}[FieldPath]

/** The key of `client_metadata` that it has unless a tenant's configuration names another. */
export const defaultKeyOf = (field: MetadataField): string => table[field].place[1]

/** The fields that lists of clients show. */
export const listedFields: readonly FieldPath[] = fieldPaths.filter((path) => fields[path].listed)
