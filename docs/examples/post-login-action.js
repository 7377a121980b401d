/**
 * An Action of Auth0 for the trigger post-login: it puts a user's roles and products into the access tokens for Nexus.
 * Auth0 itself adds the permissions. How to set it up: docs/guides/tokens.md.
 */

/** The identifier of Nexus' API in Auth0, which is `audience` in the configuration of Nexus. */
const audience = 'https://nexus.example.com'

/** Where Nexus looks for roles and products, unless its configuration (`claims` of the issuer) has other names. */
const claims = { roles: 'https://nexus.example/roles', products: 'https://nexus.example/products' }

/** The texts of a list; a single text counts as a list of one, and everything else is left out. */
const textsOf = (value) => [value].flat().filter((text) => typeof text === 'string' && text !== '')

/**
 * Products come from app_metadata, never from user_metadata, which users can change themselves.
 * Tokens for other APIs stay as they are.
 */
exports.onExecutePostLogin = async (event, api) => {
  if (event.resource_server?.identifier !== audience) return
  api.accessToken.setCustomClaim(claims.roles, textsOf(event.authorization?.roles))
  api.accessToken.setCustomClaim(claims.products, textsOf(event.user.app_metadata?.products))
}
