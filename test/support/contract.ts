import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { Auth0Client, FieldPath, Value, Values } from '../../domain/vocabulary.ts'
import { eachField } from '../../domain/vocabulary.ts'

/** The contract, written down once more for the tests, so that the table of fields is held by something beside itself. */

/** A field: a value of it, how Auth0 holds that value, and what empties it in a PATCH. */
interface ContractField {
  readonly value: NonNullable<Value>
  readonly held: Auth0Client
  readonly cleared: Auth0Client
}

const urls = (member: string): ContractField => ({
  value: ['https://a.test', 'https://b.test'],
  held: { [member]: ['https://a.test', 'https://b.test'] },
  cleared: { [member]: [] },
})

const metadata = (key: string): ContractField => ({
  value: 'A text',
  held: { client_metadata: { [key]: 'A text' } },
  cleared: { client_metadata: { [key]: null } },
})

const ofMobile = (part: string, leaf: string): ContractField => ({
  value: 'A text',
  held: { mobile: { [part]: { [leaf]: 'A text' } } },
  cleared: { mobile: { [part]: { [leaf]: '' } } },
})

const [fingerprint, other] = ['AB', 'CD'].map((pair) => Array.from({ length: 32 }, () => pair).join(':'))

export const contractFields: Readonly<Record<FieldPath, ContractField>> = {
  'mobile.ios.team_id': ofMobile('ios', 'team_id'),
  'mobile.ios.app_bundle_identifier': ofMobile('ios', 'app_bundle_identifier'),
  'mobile.android.keystore_hash': {
    value: `${fingerprint},${other}`,
    held: { mobile: { android: { sha256_cert_fingerprints: [fingerprint, other] } } },
    // Auth0 takes no empty list: its part goes out without it.
    cleared: { mobile: { android: {} } },
  },
  'mobile.android.app_package_name': ofMobile('android', 'app_package_name'),
  owners: {
    value: ['auth0|tester', 'billing'],
    held: { client_metadata: { owners: '["auth0|tester","billing"]' } },
    cleared: { client_metadata: { owners: null } },
  },
  productName: metadata('product_name'),
  callbackUrls: urls('callbacks'),
  client_upn_key: metadata('client_upn_key'),
  applicationName: metadata('application_name'),
  allowedLogoutUrls: urls('allowed_logout_urls'),
  allowedWebOrigins: urls('web_origins'),
  allowedCorsOrigins: urls('allowed_origins'),
}

/** A value of every field. */
export const contractValues: Values = eachField((path) => contractFields[path].value)

/** The keys of `client_metadata`, where a tenant's configuration names no others. */
export const contractKeys: MetadataKeys = {
  owners: 'owners',
  productName: 'product_name',
  client_upn_key: 'client_upn_key',
  applicationName: 'application_name',
}

/** The members of the 200 body, in the contract's order. */
export const clientMembers =
  'id name type mobile owners secret logoUrl grantTypes productName callbackUrls client_upn_key applicationName ' +
  'manuallyCreated clientAuthMethod allowedLogoutUrls allowedWebOrigins idTokenExpiration allowedCorsOrigins ' +
  'refreshTokenReuseInterval refreshTokenAbsoluteLifetime isRefreshTokenRotationEnabled ' +
  'allowCrossOriginAuthentication refreshTokenInactivityLifetime isRefreshTokenAbsoluteExpirationEnabled ' +
  'isRefreshTokenInactivityLifetimeEnabled'
