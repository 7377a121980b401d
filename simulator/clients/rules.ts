import { invalidBody } from '../http/answer.ts'
import { isObject, textOf, type Json, type JsonObject } from '../json.ts'

// What holds between the members of a client, which no schema of a single member can say. That Auth0 refuses these is
// documented, by its API or by the tools that call it; the wordings are guesses.

type Write = {
  /** What POST or PATCH sends. */
  sent: JsonObject
  /** The client before; with no members before a POST. */
  before: JsonObject
  /** The client as it would be. */
  after: JsonObject
}

type Rule = {
  /** A write that sends none of these cannot break the rule. */
  of: readonly string[]
  broken: (write: Write) => string | undefined
}

const member = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? value[name] : undefined)

const strictGrants = new Set(['authorization_code', 'refresh_token', 'client_credentials'])
const isStrict = (client: JsonObject): boolean =>
  client['is_first_party'] === false && client['third_party_security_mode'] === 'strict'

/** What a third party under strict rules must have: a member, when it is wrong, and what it must be. */
const strict: readonly { of: string; wrong: (value: Json | undefined) => boolean; must: string }[] = [
  {
    of: 'grant_types',
    wrong: (value) => Array.isArray(value) && value.some((grant) => !strictGrants.has(textOf(grant))),
    must: `may only name ${[...strictGrants].join(', ')}`,
  },
  { of: 'oidc_conformant', wrong: (value) => value === false, must: 'must be true' },
  {
    of: 'jwt_configuration',
    wrong: (value) => member(value, 'alg') === 'HS256',
    must: 'must name an asymmetric algorithm',
  },
  {
    of: 'refresh_token',
    wrong: (value) =>
      member(value, 'expiration_type') === 'non-expiring' || member(value, 'infinite_idle_token_lifetime') === true,
    must: 'must expire',
  },
]

const strictRules = strict.map(({ of, wrong, must }): Rule => ({
  of: [of],
  broken: ({ after }) =>
    isStrict(after) && wrong(after[of]) ? `'${of}' of a third-party client in strict mode ${must}.` : undefined,
}))

const rules: readonly Rule[] = [
  {
    of: ['client_metadata'],
    broken: ({ after }) => {
      const size = Object.keys(isObject(after['client_metadata']) ? after['client_metadata'] : {}).length
      return size > 10 ? `'Too many properties defined (${size}), maximum 10' on property client_metadata.` : undefined
    },
  },
  {
    of: ['resource_server_identifier'],
    broken: ({ after }) =>
      after['app_type'] === 'resource_server'
        ? undefined
        : "'resource_server_identifier' can only be set when app_type is resource_server.",
  },
  {
    // "mutually exclusive" (the API's description); null for both is refused as well (a remark in the Terraform provider).
    of: ['client_authentication_methods'],
    broken: ({ sent: { client_authentication_methods: methods, token_endpoint_auth_method: method } }) =>
      method !== undefined && (methods === null) === (method === null)
        ? "Exactly one of 'client_authentication_methods' and 'token_endpoint_auth_method' can be set."
        : undefined,
  },
  {
    of: ['app_type'],
    broken: ({ after: { app_type: type, native_social_login: logins } }) =>
      type !== 'native' && isObject(logins) && Object.values(logins).some((login) => member(login, 'enabled') === true)
        ? "'native_social_login' can only be enabled when app_type is native."
        : undefined,
  },
  {
    of: ['is_first_party'],
    broken: ({ before, sent, after }) =>
      before['is_first_party'] === true &&
      sent['is_first_party'] === false &&
      (after['organization_usage'] !== undefined || after['organization_require_behavior'] !== undefined)
        ? "'organization_usage' and 'organization_require_behavior' must be unset for a third-party client."
        : undefined,
  },
  {
    of: ['third_party_security_mode'],
    broken: ({ before: { third_party_security_mode: mode }, sent }) =>
      mode === undefined || mode === sent['third_party_security_mode']
        ? undefined
        : "'third_party_security_mode' cannot be modified.",
  },
  ...strictRules,
]

/** Throws the refusal of a write that would leave a client whose members do not fit each other. */
export const checkRules = (write: Write): void => {
  for (const { of, broken } of rules) {
    const problem = of.some((name) => write.sent[name] !== undefined) ? broken(write) : undefined
    if (problem !== undefined) throw invalidBody(problem)
  }
}
