/** What the fields of a client are called. */
export const fields = {
  callbackUrls: 'Callback URLs',
  allowedLogoutUrls: 'Logout URLs',
  allowedWebOrigins: 'Web origins',
  allowedCorsOrigins: 'CORS origins',
  owners: 'Owners',
  productName: 'Product',
  applicationName: 'Application',
  client_upn_key: 'UPN key',
  'mobile.ios.team_id': 'iOS team id',
  'mobile.ios.app_bundle_identifier': 'iOS bundle id',
  'mobile.android.app_package_name': 'Android package',
  'mobile.android.keystore_hash': 'Android key fingerprints',
} as const
