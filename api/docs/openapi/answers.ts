import { z } from 'zod'
import { Snapshot } from '../../../domain/terraform/snapshot.ts'
import { plans } from '../../../domain/limits/budget.ts'
import { auditActionNames, auditOutcomes } from '../../../domain/access/audit.ts'
import { syncWords } from '../../../domain/clients/listing.ts'
import { fieldPaths } from '../../../domain/vocabulary.ts'
import { problems } from '../../http/problem.ts'
import { exampleClient, withExamples } from './examples.ts'

/**
 * The shapes of answers, for the document and for whoever generates a client from it. Requests are parsed with the schemas
 * of their stages; what is answered is built by pure views, and a test holds those to these.
 */

const time = z.iso.datetime()
const text = z.string()
const texts = z.array(z.string())
const seconds = z.int32().meta({ format: 'int32' })
const count = z.int().nonnegative()

const ClientAuthMethod = z
  .enum(['None', 'ClientSecretPost', 'ClientSecretBasic'])
  .describe('The method a client application uses to authenticate with Auth0 when necessary')
  .meta({ id: 'ClientAuthMethod' })

const Mobile = z
  .strictObject({
    ios: z.strictObject({ team_id: text.nullable(), app_bundle_identifier: text.nullable() }),
    android: z.strictObject({
      keystore_hash: text.nullable().describe('SHA-256 fingerprints with colons; several are comma separated'),
      app_package_name: text.nullable(),
    }),
  })
  .describe('Mobile device settings for Auth0 client applications')
  .meta({ id: 'Mobile' })

const FieldPath = z.enum(fieldPaths).describe('A field of a client, the unit of ownership').meta({ id: 'FieldPath' })

const FieldValue = z.union([texts, text]).nullable()

const Preview = z
  .strictObject({
    detail: text,
    etag: text.nullable().describe('For the `If-Match` of the request that is to do just this'),
    fields: z.array(z.strictObject({ field: FieldPath, from: FieldValue, to: FieldValue })),
    members: z.record(text, z.unknown()).nullable().describe('The body that Auth0 would get; null for none'),
    waitingChanges: count,
  })
  .describe('With `dryRun=true` only: what the request would change. Nothing was done.')
  .meta({ id: 'Preview' })

const clientMembers = {
  id: text.describe('The unique identifier that is also used in OAuth/OIDC authorization flows'),
  name: text.nullable().describe('The name of the client'),
  type: text.nullable().describe('The type of client'),
  mobile: Mobile,
  owners: texts.nullable().describe('A list of roles or user IDs who have permissions over this client'),
  secret: text
    .nullable()
    .describe(
      'A client secret is a secret passphrase that proves to the authentication server that the client app is ' +
        'authorized to make a request on behalf of the user. Null unless it was asked for.',
    ),
  logoUrl: text.nullable().describe('A URL to a logo for the client'),
  grantTypes: texts.nullable().describe('The grant types supported for this application'),
  productName: text.nullable().describe('The name of the product associated with the client'),
  callbackUrls: texts.nullable().describe('Callback URLs for the OAuth2 authentication process'),
  client_upn_key: text.nullable().describe('The client UPN key for user principal name mapping'),
  applicationName: text.nullable().describe('The name of the application associated with the client'),
  manuallyCreated: z.boolean().describe('Whether the client was created manually (true) or via Terraform (false)'),
  clientAuthMethod: ClientAuthMethod.optional(),
  allowedLogoutUrls: texts.nullable().describe('URLs that are valid to redirect to after logout from Auth0'),
  allowedWebOrigins: texts
    .nullable()
    .describe('Allowed origins for Cross-Origin Authentication, Device Flow and web message response mode'),
  idTokenExpiration: seconds.nullable().describe('The lifetime of the id_token, in seconds'),
  allowedCorsOrigins: texts.nullable().describe('Additional origins allowed to make CORS requests'),
  refreshTokenReuseInterval: seconds
    .nullable()
    .describe('The leeway, in seconds, in which a refresh_token can be used again without triggering reuse detection'),
  refreshTokenAbsoluteLifetime: seconds.nullable().describe('The absolute lifetime of a refresh_token, in seconds'),
  isRefreshTokenRotationEnabled: z
    .boolean()
    .nullable()
    .describe('Whether a new refresh token is issued at each exchange, the old one invalidated'),
  allowCrossOriginAuthentication: z
    .boolean()
    .nullable()
    .describe('Whether the client can make cross-origin authentication requests'),
  refreshTokenInactivityLifetime: seconds.nullable().describe('The idle lifetime of a refresh_token, in seconds'),
  isRefreshTokenAbsoluteExpirationEnabled: z
    .boolean()
    .nullable()
    .describe('Whether the refresh token expires by its absolute lifetime'),
  isRefreshTokenInactivityLifetimeEnabled: z
    .boolean()
    .nullable()
    .describe('Whether the refresh token expires by its inactivity lifetime'),
  preview: Preview.optional(),
}

export const Client = z.strictObject(withExamples(clientMembers, exampleClient)).meta({ id: 'Client' })

const ListedClient = z
  .strictObject({
    id: text,
    name: text.nullable(),
    type: text.nullable(),
    owners: texts.nullable(),
    productName: text.nullable(),
    applicationName: text.nullable(),
    manuallyCreated: z.boolean(),
    sync: z.enum(syncWords),
    drifted: z.boolean(),
    observedAt: time,
    updatedAt: time,
  })
  .describe('A client in a list: what tells it from others, and how it stands')
  .meta({ id: 'ListedClient' })

export const ClientPage = z
  .strictObject({ clients: z.array(ListedClient), next: text.nullable().describe('The cursor of the next page') })
  .meta({ id: 'ClientPage' })

const Author = z
  .strictObject({
    kind: z.enum(['user', 'service-account', 'policy']),
    id: text,
    application: text.nullable().describe('The calling application; null for a service account or a policy'),
  })
  .meta({ id: 'Author' })

const Issue = z
  .strictObject({
    pointer: text.describe('A JSON pointer (RFC 6901) into the body'),
    detail: text,
  })
  .meta({ id: 'Issue' })

/** Values in the shape of a request body. */
const Values = z.record(text, z.unknown()).describe('Values in the shape of the request that brought them')

export const Change = z
  .strictObject({
    id: z.uuid(),
    tenantId: text,
    clientId: text,
    generation: count,
    status: z.enum(['accepted', 'applied', 'rejected', 'withdrawn']),
    values: Values,
    author: Author,
    acceptedAt: time,
    settledAt: time.nullable(),
    refusal: z.strictObject({ reason: text, detail: text, errors: z.array(Issue) }).nullable(),
    supersededBy: z.uuid().nullable().describe('The later change of the same call whose values stand in its place'),
    links: z.strictObject({ self: text, client: text, supersededBy: text.optional() }),
  })
  .meta({ id: 'Change' })

export const ChangePage = z
  .strictObject({ changes: z.array(Change), next: text.nullable().describe('The cursor of the next page') })
  .meta({ id: 'ChangePage' })

const AuditRecord = z
  .strictObject({
    id: count,
    at: z.iso.datetime({ precision: 6 }),
    tenantId: text.nullable(),
    actor: z
      .strictObject({
        kind: z.enum(['user', 'service-account', 'policy', 'operator']),
        id: text,
        application: text.nullable(),
      })
      .nullable()
      .describe('Null where nobody could be recognised'),
    address: text.nullable().describe('The network address that the request came from'),
    requestId: text.nullable(),
    action: z.enum(auditActionNames),
    target: text.nullable().describe("A client's id, a state's name, a change's id; null where the tenant is meant"),
    changeId: z.uuid().nullable().describe('The change that came of it'),
    outcome: z.enum(auditOutcomes),
    reason: text.nullable().describe("The problem's code, of what was refused"),
    missing: text.nullable().describe('What would have let the caller in'),
    count: z
      .int()
      .nullable()
      .describe(
        'How many requests without valid credentials, or decisions of one kind, the record stands for; null of one decision',
      ),
  })
  .meta({ id: 'AuditRecord' })

export const AuditPage = z
  .strictObject({ records: z.array(AuditRecord), next: text.nullable().describe('The cursor of the next page') })
  .meta({ id: 'AuditPage' })

const Condition = z
  .strictObject({
    type: z.enum(['Synced', 'Drifted', 'Stalled', 'Paused']),
    status: z.enum(['True', 'False']),
    reason: text,
    message: text,
    settledGeneration: count,
    since: time.nullable(),
  })
  .meta({ id: 'Condition' })

const Place = z.strictObject({ state: text, address: text, tainted: z.boolean(), deposed: text.nullable() })

const Standing = z
  .strictObject({
    status: z.enum(['manual', 'adopting', 'managed', 'releasing', 'conflict']),
    states: z.array(Place).describe('Where it stands, in states that the configuration names'),
    claims: z
      .array(Place)
      .describe('Where it stands in other states, which changes nothing; those that the caller may see'),
    request: z
      .strictObject({ kind: z.enum(['adopt', 'release']), state: text, by: Author, requestedAt: time })
      .nullable(),
  })
  .describe('How a client stands with Terraform')

export const TerraformStanding = z.strictObject({ clientId: text, ...Standing.shape }).meta({ id: 'TerraformStanding' })

export const Sync = z
  .strictObject({
    desired: Values,
    observed: Values,
    observedAt: time,
    owned: z.array(FieldPath),
    pending: z.array(Change),
    generation: count,
    settledGeneration: count,
    drift: z.array(
      z.strictObject({
        field: FieldPath,
        class: z.enum(['reordered', 'terraform', 'out-of-band']),
        confirmed: FieldValue,
        observed: FieldValue,
      }),
    ),
    conditions: z.array(Condition),
    nextTryAt: time.nullable(),
    lastFailure: text.nullable(),
    terraform: Standing,
  })
  .describe('Desired and observed side by side, and what is between them')
  .meta({ id: 'Sync' })

const StateLock = z
  .strictObject({
    id: text,
    operation: text,
    info: text,
    who: text.describe('As Terraform names them: ann@laptop'),
    by: text.describe('The caller who took it'),
    since: time,
    abandoned: z.boolean(),
  })
  .meta({ id: 'StateLock' })

const State = z
  .strictObject({
    name: text,
    own: z.boolean().describe("Whether Nexus writes this state's configuration"),
    named: z.boolean().describe('Whether the configuration names it: another changes nothing'),
    version: count.nullable(),
    serial: count.nullable(),
    lineage: text.nullable(),
    bytes: count.nullable(),
    writtenAt: time.nullable(),
    snapshot: count.describe('Counts what would make an older configuration wrong'),
    clients: count,
    lock: StateLock.nullable(),
    outdatedWrite: z
      .strictObject({ at: time, by: text, snapshot: count, current: count })
      .nullable()
      .describe('The last write without a lock, from an outdated configuration; an apply that holds the lock ends it'),
  })
  .meta({ id: 'State' })

export const StateList = z.strictObject({ states: z.array(State) }).meta({ id: 'StateList' })

export const StateVersionList = z
  .strictObject({
    versions: z.array(
      z.strictObject({
        version: count,
        current: z.boolean(),
        serial: count,
        lineage: text,
        terraformVersion: text,
        bytes: count,
        keyId: text.describe('Which key it is sealed with'),
        restoredFrom: count.nullable(),
        writtenAt: time,
        writtenBy: Author,
      }),
    ),
  })
  .meta({ id: 'StateVersionList' })

export const StateRestored = z
  .strictObject({ version: count, restoredFrom: count, serial: count })
  .meta({ id: 'StateRestored' })

export const TerraformState = z
  .looseObject({ version: z.literal(4), serial: count, lineage: text })
  .describe('A Terraform state, version 4 of the format. It holds secrets.')
  .meta({ id: 'TerraformState' })

export const TerraformSnapshot = Snapshot.describe('What the stacks are synthesised from').meta({
  id: 'TerraformSnapshot',
})

export const ScanWaiting = z
  .strictObject({
    status: z.enum(['scanning', 'waiting']),
    reason: text.nullable().describe('What keeps the scan from beginning, or broke the last one off'),
  })
  .describe('The scan that was asked for is not over')
  .meta({ id: 'ScanWaiting' })

export const Tenant = z
  .strictObject({
    id: text,
    domain: text,
    plan: z.enum(plans),
    driftPolicy: z.enum(['report', 'revert']),
    paused: time.nullable(),
    credential: z.strictObject({ valid: z.boolean(), heldSince: time.nullable(), reason: text.nullable() }),
    scan: z.strictObject({
      lastCompleteAt: time.nullable(),
      clients: count.nullable(),
      problem: text.nullable(),
      nextAt: time.nullable(),
    }),
    queue: z
      .strictObject({ working: z.boolean(), problem: text.nullable(), reason: text.nullable() })
      .describe('Whether the worker is woken; where it is not, changes are accepted and wait'),
    clients: count,
    backlog: count.describe('Clients whose newest change is not settled'),
    drifted: count,
    terraform: z.strictObject({
      managed: count,
      manual: count,
      conflicting: count,
      adopting: count,
      releasing: count,
      outdatedWriteAt: time
        .nullable()
        .describe('When a state was last written without a lock, from an outdated configuration'),
      states: z.array(State).describe('Those that the caller may see'),
    }),
  })
  .describe('A tenant and its health')
  .meta({ id: 'Tenant' })

export const TenantList = z.strictObject({ tenants: z.array(Tenant) }).meta({ id: 'TenantList' })

export const TenantDifferences = z
  .strictObject({
    tenant: text,
    clients: z.array(
      z.strictObject({
        id: text,
        name: text,
        notes: texts.describe('Sentences for people'),
        fields: z.array(
          z.strictObject({
            field: FieldPath,
            from: FieldValue,
            to: FieldValue,
            why: text.optional().describe('What kind of drift it is'),
          }),
        ),
      }),
    ),
    unchanged: count.describe('Clients without a difference'),
  })
  .describe("The differences of a tenant's clients, by name")
  .meta({ id: 'TenantDifferences' })

export const Readiness = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    queue: text.optional().describe('Why the worker is not woken; changes are accepted, and wait'),
  })
  .meta({ id: 'Readiness' })

export const Ok = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Ok' })

export const Operation = z
  .strictObject({
    id: z.uuid(),
    tenantId: text,
    author: Author,
    createdAt: time,
    counts: z.strictObject({
      undecided: count,
      refused: count,
      unchanged: count,
      accepted: count,
      applied: count,
      rejected: count,
      withdrawn: count,
    }),
    elements: z.array(
      z.strictObject({
        id: text,
        status: z.enum(['undecided', 'refused', 'unchanged', 'accepted', 'applied', 'rejected', 'withdrawn']),
        change: z.uuid().optional(),
        problem: z.looseObject({ type: text, title: text, status: z.int(), detail: text }).optional(),
        links: z.strictObject({ change: text }).optional(),
      }),
    ),
    links: z.strictObject({ self: text }),
  })
  .describe('Changes of many clients in one request, and what has come of each')
  .meta({ id: 'Operation' })

const secretTimes = z.strictObject({ madeAt: time, lastUsedAt: time.nullable() }).nullable()

const registered = {
  name: text,
  source: z.enum(['database', 'configuration']),
  status: text.describe('`active`, `expired`, `disabled`, `revoked`, or `shadowed` by one of the configuration'),
  tenants: z.union([z.literal('*'), texts]),
  terraformStates: z.union([z.literal('*'), texts]),
  expiresAt: time.nullable(),
  secret: secretTimes,
  previousSecret: z.strictObject({ validUntil: time, lastUsedAt: time.nullable() }).nullable(),
  createdAt: time.nullable(),
  createdBy: Author.nullable(),
  disabledAt: time.nullable(),
  revokedAt: time.nullable(),
}

export const Application = z
  .strictObject({
    ...registered,
    permissions: texts.nullable().describe('The most that a user may do through it; null for no ceiling'),
    products: texts.nullable().describe("What narrows the user's products; null for nothing"),
    token: text.optional().describe('Shown once, where it was made'),
  })
  .meta({ id: 'Application' })

export const Account = z
  .strictObject({
    ...registered,
    ownerName: text.describe('What it is called on `owners`'),
    permissions: texts,
    roles: texts,
    products: texts,
    password: text.optional().describe('Shown once, where it was made'),
  })
  .meta({ id: 'Account' })

export const ApplicationList = z.strictObject({ applications: z.array(Application) }).meta({ id: 'ApplicationList' })
export const AccountList = z.strictObject({ accounts: z.array(Account) }).meta({ id: 'AccountList' })

export const ProblemDetails = z
  .looseObject({
    type: z.enum(Object.keys(problems).map((code) => `/problems/${code}`)).describe('What kind of problem it is'),
    title: text,
    status: z.int(),
    detail: text.describe('A sentence for people, with what to do'),
    instance: text.optional().describe('The path that was asked for'),
    errors: z.array(Issue).optional(),
  })
  .describe('A problem (RFC 9457)')
  .meta({ id: 'Problem' })
