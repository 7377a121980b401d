/** What the fields of a client are called, and what they are for. */
export const fields = {
  groups: { addresses: 'Addresses', ownership: 'Who it belongs to', names: 'Names and users', mobile: 'Mobile app' },
  names: {
    callbackUrls: {
      label: 'Callback URLs',
      help: 'Where Auth0 may send people after sign-in. The first is the default for SAML, WS-Fed and sign-ins that the identity provider begins.',
    },
    allowedLogoutUrls: { label: 'Logout URLs', help: 'Where Auth0 may send people after sign-out.' },
    allowedWebOrigins: {
      label: 'Web origins',
      help: 'Pages that may ask Auth0 in the background, such as https://app.example.com. Scheme, host and port only.',
    },
    allowedCorsOrigins: {
      label: 'CORS origins',
      help: 'Further pages that may call Auth0 from a browser. Callback URLs are allowed already.',
    },
    owners: {
      label: 'Owners',
      help: 'Roles or user ids, one on each line. Whoever is listed may change this client. A role is better than many people.',
    },
    productName: { label: 'Product', help: 'People with this product in their scope may change this client.' },
    applicationName: { label: 'Application', help: 'The name of the application that this client belongs to.' },
    client_upn_key: { label: 'UPN key', help: 'The claim that the user principal name is read from.' },
    'mobile.ios.team_id': { label: 'iOS: team id', help: 'The Apple account that signs the app, such as 9JA89QQLNQ.' },
    'mobile.ios.app_bundle_identifier': { label: 'iOS: bundle id', help: 'Such as com.example.app.' },
    'mobile.android.app_package_name': { label: 'Android: package', help: 'The name in AndroidManifest.xml.' },
    'mobile.android.keystore_hash': {
      label: 'Android: key hashes',
      help: 'SHA-256 fingerprints, with or without colons. Put a comma between several.',
    },
  },
} as const
