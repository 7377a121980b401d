import type { PlanName } from '../../domain/limits/budget.ts'

/** What a first configuration is made of; every value has been checked. */
export interface Choices {
  readonly tenant: string
  readonly domain: string
  readonly allowInsecure: boolean
  readonly plan: PlanName
  /** Names of the variables that hold the tenant's credential. */
  readonly clientIdVariable: string
  readonly clientSecretVariable: string
  /** Who signs people's tokens; null for none: only machines call then. */
  readonly issuer: string | null
  readonly audience: string
  readonly port: number
  /** The variable that holds the URL of a database; null for the embedded one. */
  readonly databaseVariable: string | null
}

/** A variable of the environment, and where its value comes from. */
export interface Variable {
  readonly name: string
  readonly what: string
}

const passwordVariable = 'NEXUS_ADMIN_PASSWORD_HASH'
const tokenVariable = 'NEXUS_PORTAL_TOKEN_SHA256'

/** The variables that the file refers to: what is secret, or differs from place to place. */
export const variablesOf = (choices: Choices): Variable[] => [
  { name: choices.clientIdVariable, what: "client id of Nexus' machine-to-machine application in the tenant" },
  { name: choices.clientSecretVariable, what: 'its client secret' },
  ...(choices.databaseVariable === null
    ? []
    : [{ name: choices.databaseVariable, what: 'postgres://user:password@host:5432/database' }]),
  ...(choices.issuer === null
    ? []
    : [
        {
          name: tokenVariable,
          what: 'sha256 of the token of the application that people call through: npx nexus hash token --generate',
        },
      ]),
  { name: passwordVariable, what: 'hash of the password of the account "admin": npx nexus hash password --generate' },
]

/** A text as YAML, in quotes (as JSON has them, which is a part of YAML) where it could be taken for something else. */
const scalar = (text: string): string => {
  const plain = /^[a-z][a-z0-9.:/-]*[a-z0-9/]$/.test(text) && !['true', 'false', 'null'].includes(text)
  // `${` would be a reference.
  return plain ? text : JSON.stringify(text.replaceAll('${', () => '$${'))
}
const reference = (name: string): string => `\${${name}}`

/** The text of a first `nexus.yaml`. No secret stands in it, only references to variables. */
export const configurationText = (choices: Choices): string => {
  const { tenant, issuer, databaseVariable } = choices
  const blocks = [
    `# The configuration of Nexus. \${NAME} is replaced from the environment: keep secrets out of this file.
# docs/examples/nexus.yaml lists every setting. npx nexus config check finds mistakes; npx nexus doctor tests it.`,
    `server:
  port: ${choices.port}`,
    databaseVariable === null
      ? `# Without these, Nexus runs a PostgreSQL of its own, in .nexus. Production needs one (14 or later), and Redis for the queue:
# database:
#   url: \${NEXUS_DATABASE_URL}
# redis:
#   url: \${NEXUS_REDIS_URL}`
      : `database:
  url: ${reference(databaseVariable)}

# Without Redis, the queue is in the database, which is enough if there are few tenants.
# redis:
#   url: \${NEXUS_REDIS_URL}`,
    `tenants:
  - id: ${scalar(tenant)} # in the API's paths: /v1/tenants/${tenant}/…
    domain: ${scalar(choices.domain)}${choices.allowInsecure ? '\n    allowInsecure: true # a simulator' : ''}
    # A machine-to-machine application, authorised for read:clients and update:clients only.
    credential:
      clientId: ${reference(choices.clientIdVariable)}
      clientSecret: ${reference(choices.clientSecretVariable)}
    plan: ${choices.plan} # your subscription: Nexus stays within its rate limit`,
    ...(issuer === null
      ? []
      : [
          `# People: a token of this issuer, and the token of the application that they call through.
issuers:
  - issuer: ${scalar(issuer)} # exactly as in the tokens' claim iss
    audience: ${scalar(choices.audience)}${issuer.startsWith('http:') ? '\n    allowInsecure: true # a simulator' : ''}
    tenants: [${scalar(tenant)}]
applicationTokens:
  tokens:
    - name: portal
      sha256: ${reference(tokenVariable)}
      tenants: [${scalar(tenant)}]`,
        ]),
    `# Machines: a name and a password. This one may change every client, so it can set the first owners.
serviceAccounts:
  - name: admin
    passwordHash: ${reference(passwordVariable)}
    permissions: [client.read.all, client.write.all]
    tenants: [${scalar(tenant)}]`,
  ]
  return `${blocks.join('\n\n')}\n`
}
