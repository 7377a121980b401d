import { isObject, type JsonObject } from '../json.ts'

// Defaults inside members that are objects. Each takes the member's value and answers it with its defaults beneath.

/** Recorded; the delegation's device binding "defaults to 'ip' when omitted". */
export const sessionTransfer = (value: JsonObject): JsonObject => {
  const { delegation } = value
  return {
    can_create_session_transfer_token: false,
    allowed_authentication_methods: [],
    enforce_device_binding: 'ip',
    allow_refresh_token: false,
    enforce_online_refresh_tokens: true,
    enforce_cascade_revocation: true,
    ...value,
    ...(isObject(delegation)
      ? { delegation: { allow_delegated_access: false, enforce_device_binding: 'ip', ...delegation } }
      : {}),
  }
}

/** Recorded: {alg} on POST gets secret_encoded, but no lifetime. */
export const jwt = (value: JsonObject): JsonObject => ({ secret_encoded: false, ...value })

/** The lifetimes are those of a client without any policy (recorded); that "expiring" is finite is recorded for third parties. */
export const refreshToken = (value: JsonObject): JsonObject => {
  const infinite = value['expiration_type'] !== 'expiring'
  return {
    leeway: 0,
    token_lifetime: 2592000,
    idle_token_lifetime: 1296000,
    infinite_token_lifetime: infinite,
    infinite_idle_token_lifetime: infinite,
    ...value,
  }
}

/** "enforce" is true unless said otherwise (schema). */
export const tokenQuota = (value: JsonObject): JsonObject => {
  const quota = value['client_credentials']
  return isObject(quota) ? { ...value, client_credentials: { enforce: true, ...quota } } : value
}
