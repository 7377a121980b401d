/** What groups of fields are called, and what each field is for. */
export const help = {
  groups: { addresses: 'Addresses', ownership: 'Who it belongs to', names: 'Names and users', mobile: 'Mobile app' },
  fields: {
    callbackUrls:
      'Where Auth0 may send people after sign-in. The first is the default for SAML, WS-Fed and sign-ins that the identity provider begins.',
    allowedLogoutUrls: 'Where Auth0 may send people after sign-out.',
    allowedWebOrigins:
      'Pages that may ask Auth0 in the background, such as https://app.example.com. Scheme, host and port only.',
    allowedCorsOrigins: 'Further pages that may call Auth0 from a browser. Callback URLs are allowed already.',
    owners:
      'Roles or user ids, one on each line. Whoever is listed may change this client. A role is better than many people.',
    productName: 'People with this product in their scope may change this client.',
    applicationName: 'The name of the application that this client belongs to.',
    client_upn_key: 'The claim that the user principal name is read from.',
    'mobile.ios.team_id': 'The Apple account that signs the app, such as 9JA89QQLNQ.',
    'mobile.ios.app_bundle_identifier': 'Such as com.example.app.',
    'mobile.android.app_package_name': 'The name in AndroidManifest.xml.',
    'mobile.android.keystore_hash': 'SHA-256 fingerprints, with or without colons. Put a comma between several.',
  },
} as const
