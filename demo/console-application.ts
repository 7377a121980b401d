interface Credential {
  readonly clientId: string
  readonly clientSecret: string
}

/** The console's application at the issuer, set up as the guide for operators says. */
export const consoleApplication = (publicUrl: string, { clientId, clientSecret }: Credential) => ({
  client_id: clientId,
  client_secret: clientSecret,
  name: 'Nexus console',
  app_type: 'regular_web',
  token_endpoint_auth_method: 'client_secret_post',
  callbacks: [`${publicUrl}/console/callback`],
  allowed_logout_urls: [`${publicUrl}/console/`],
  grant_types: ['authorization_code', 'refresh_token'],
  refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 },
})
