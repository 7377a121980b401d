import { code, tableOf } from '../markdown.ts'

/** How a secret is replaced. */
interface Secret {
  /** Settings that hold it, as the table of settings writes them, or what it is where no setting holds it. */
  readonly settings?: readonly string[]
  readonly named?: string
  /** What somebody can do who has it. */
  readonly opens: string
  readonly replaced: string
}

/** Every secret of an installation. Whoever adds a setting that holds one says here how it is replaced. */
export const secrets: readonly Secret[] = [
  {
    settings: ['tenants[].credential.clientSecret'],
    opens: 'read and change every client of the tenant at Auth0',
    replaced:
      "In Auth0, authorise a second machine-to-machine application with the same scopes, put its id and its secret into Nexus, restart, and delete the former application. Auth0's _Rotate secret_ is quicker, but ends the former secret at once: until the restart the tenant is held and its changes wait",
  },
  {
    settings: ['database.url', 'database.directUrl'],
    opens: 'read and change everything that Nexus keeps, except the audit, which it can only read and add to',
    replaced: '[A second role](#the-password-of-the-database), then the former one ends',
  },
  {
    settings: ['database.adminUrl'],
    opens: 'the same, and change the audit and the schema',
    replaced: '`alter role nexus_owner password …`: no running process has it',
  },
  {
    settings: ['redis.url', 'redis.password', 'redis.sentinel.password'],
    opens: 'disturb the queue. Changes are not in it: none can be read, forged or lost',
    replaced: '[A second password](#the-password-of-redis) of the same user, then the former one ends',
  },
  {
    settings: ['redis.tls.key', 'redis.sentinel.tls.key'],
    opens: 'connect to Redis as Nexus, where it asks for a certificate',
    replaced: 'Replace certificate and key, and restart',
  },
  {
    settings: ['terraform.stateKeys'],
    opens: 'read Terraform states, together with the database or a backup',
    replaced: '[The new key in front](#the-keys-of-terraforms-states), then every version is sealed with it',
  },
  {
    settings: ['console.sessionKeys'],
    opens: "read the console's tokens, together with the database",
    replaced: 'The new key in front, restart, and remove the former one after `console.atMost` (12 hours)',
  },
  {
    settings: ['console.clientSecret'],
    opens: 'act as the console at Auth0, together with the code of a sign-in',
    replaced:
      '_Rotate secret_ in Auth0, put it into Nexus, restart. Until then nobody can sign in to the console, and sessions whose token has to be renewed end',
  },
  {
    settings: ['console.applicationToken'],
    opens: "call the API through the console's application, together with the token of a user",
    replaced: '`nexus hash token --generate`, and replace the token and the `sha256` of its application together',
  },
  {
    settings: ['applicationTokens.tokens[].sha256'],
    opens: 'nothing: it is the hash of a token, which alone opens nothing either',
    replaced:
      'Add the application a second time, under another name, with the new hash. When its users send the new token, remove the first. Applications in the database need no second name: see below',
  },
  {
    settings: ['serviceAccounts[].passwordHash'],
    opens: 'guess the password, if a person chose it; nothing otherwise',
    replaced: 'The same with a second account, whose rights and place in `owners` are its own',
  },
  {
    named: 'applications and accounts in the database',
    opens: 'call the API with their rights',
    replaced:
      '`nexus applications rotate`, `nexus accounts rotate`: both secrets are valid for a day ([administrators](administrators.md#manage-callers))',
  },
  {
    named: '`NEXUS_PASSWORD`, `NEXUS_TOKEN`, `NEXUS_APPLICATION_TOKEN`, `TF_HTTP_PASSWORD` of pipelines',
    opens: 'as the account or application whose secret it is',
    replaced: 'With that account or application',
  },
  {
    named: 'keys by which issuers sign tokens',
    opens: 'act as any user of the issuer',
    replaced: 'Rotate them at the issuer. Nexus fetches the new one with the first token that it signed',
  },
  {
    named: 'certificates and keys of TLS',
    opens: 'act as that server, or as Nexus',
    replaced:
      'In front of Nexus: in your proxy. Of PostgreSQL (`sslcert`, `sslkey`): replace the files, they are read for each connection. CAs (`NODE_EXTRA_CA_CERTS`): restart',
  },
  {
    named: 'password in `HTTPS_PROXY`, `HTTP_PROXY`',
    opens: 'use the proxy',
    replaced: 'Replace it in the environment, and restart',
  },
  {
    named: '`OTEL_EXPORTER_OTLP_HEADERS`, where it holds a key',
    opens: 'send traces to your receiver',
    replaced: 'Replace it in the environment, and restart',
  },
  {
    named: 'password of the embedded PostgreSQL (`.nexus/password`)',
    opens: 'the database, from the same machine only',
    replaced: 'Nexus made it, and nobody enters it. An installation as in this guide has none',
  },
]

/** Every secret, what it opens, and how it is replaced. */
export const secretsTable = (): string =>
  tableOf([
    ['secret', 'whoever has it can', 'replace it'],
    ...secrets.map(({ settings = [], named, opens, replaced }) => [
      named ?? settings.map(code).join(', '),
      opens,
      replaced,
    ]),
  ])
