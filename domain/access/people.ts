/**
 * What is kept about people: every table with the id, the network address or the name of somebody. The guide shows it, the
 * export goes through it, and a test compares it with the schema: a new column that could hold such a thing has to be named
 * here, or among those that do not.
 */

interface KeptAbout {
  /** Columns that hold, or can hold, who somebody is. */
  readonly columns: readonly string[]
  readonly what: string
  readonly why: string
  readonly howLong: string
  /** The setting that says how long; null where something else does. */
  readonly setting: string | null
  /** What can be done where somebody asks for it to be erased. */
  readonly erased: string
}

const untilNoOwner = 'with the next change of the owners'

export const keptAboutPeople = {
  audit: {
    columns: ['actor_id', 'address'],
    what: 'the id of who asked, and the network address',
    why: 'to show who was allowed to do what, and who was refused',
    howLong: '400 days',
    setting: 'audit.keep',
    erased: 'not before its time: a record that could be taken away would prove nothing',
  },
  changes: {
    columns: ['author', 'values', 'before', 'refusal', 'warnings'],
    what: 'the id of who made a change; ids among the owners that it sets',
    why: 'the history of a client, and undoing a change',
    howLong: 'as long as the audit',
    setting: 'changes.keep',
    erased: 'not before its time; a shorter `changes.keep` erases older ones within minutes',
  },
  clients: {
    columns: ['observed', 'base', 'contested'],
    what: 'ids among the owners of a client',
    why: 'owners may change their clients',
    howLong: 'as long as they are owners in Auth0',
    setting: null,
    erased: untilNoOwner,
  },
  client_listings: {
    columns: ['admits_confirmed', 'admits_desired', 'words'],
    what: 'the same, for lists and searches',
    why: 'owners see their clients in lists',
    howLong: 'as `clients`',
    setting: null,
    erased: untilNoOwner,
  },
  console_sessions: {
    columns: ['user_id', 'sealed'],
    what: 'the id of who is signed in to the console; encrypted: their name, e-mail address and tokens',
    why: 'the session of a browser',
    howLong: '30 minutes without use, 12 hours in any case',
    setting: 'console.idle, console.atMost',
    erased: 'by signing out, or by setting `ends_at`',
  },
  operations: {
    columns: ['author'],
    what: 'the id of who sent a list of changes',
    why: 'to answer what became of the list',
    howLong: '7 days',
    setting: null,
    erased: 'after its time',
  },
  operation_elements: {
    columns: ['answer'],
    what: 'answers to elements of a list, which can name owners',
    why: 'as `operations`',
    howLong: '7 days',
    setting: null,
    erased: 'after its time',
  },
  idempotency_keys: {
    columns: ['caller', 'answer'],
    what: 'the id of who sent a request with a key; the answer, which can name owners',
    why: 'to recognise a repeated request',
    howLong: '24 hours',
    setting: null,
    erased: 'after its time',
  },
  application_tokens: {
    columns: ['created_by'],
    what: 'the id of the administrator who created an application',
    why: 'to show who is answerable for it',
    howLong: 'for good, even after it is revoked',
    setting: null,
    erased: 'not while the installation exists',
  },
  service_accounts: {
    columns: ['created_by'],
    what: 'the id of the administrator who created an account',
    why: 'to show who is answerable for it',
    howLong: 'for good, even after it is revoked',
    setting: null,
    erased: 'not while the installation exists',
  },
  terraform_requests: {
    columns: ['author'],
    what: 'the id of who asked for an adoption or a release',
    why: 'to show who asked',
    howLong: 'until an apply has done it',
    setting: null,
    erased: 'by withdrawing the request',
  },
  terraform_states: {
    columns: ['lock', 'locked_by', 'outdated_write', 'unlocked_write'],
    what: 'the id of who holds a lock, and user and machine as Terraform sends them; who wrote without a lock last',
    why: 'to ask the holder before a lock is taken away',
    howLong: 'until the lock is released, or the next write',
    setting: null,
    erased: 'by releasing the lock',
  },
  terraform_state_versions: {
    columns: ['written_by', 'sealed'],
    what: 'the id of who wrote a version; encrypted: the state itself, whatever it holds',
    why: 'to go back to a version, and to know whose it is',
    howLong: 'all versions, or the newest of each state',
    setting: 'terraform.keepVersions',
    erased: 'by fewer versions',
  },
} as const satisfies Readonly<Record<string, KeptAbout>>

export type TableWithPeople = keyof typeof keptAboutPeople

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names of an object that is written out above
export const tablesWithPeople = Object.keys(keptAboutPeople) as readonly TableWithPeople[]

/**
 * The other columns that could hold a text: what they hold is about clients, states, tenants, applications and accounts of
 * machines, or is a hash or a number.
 */
export const nothingAboutPeople: Readonly<Record<string, readonly string[]>> = {
  application_tokens: ['name', 'grant', 'secret_hash', 'previous_hash'],
  audit: ['tenant_id', 'actor_kind', 'application', 'request_id', 'action', 'target', 'outcome', 'reason', 'missing'],
  budgets: ['tenant_id', 'bucket'],
  changes: ['tenant_id', 'client_id', 'status', 'traceparent'],
  client_listings: ['tenant_id', 'client_id', 'name', 'product', 'read_by'],
  clients: ['tenant_id', 'client_id', 'last_failure', 'drifted_by_state'],
  configured_callers: ['kind', 'name'],
  console_sessions: ['id_hash', 'key_id'],
  database_identity: ['identity'],
  events: ['tenant_id', 'client_id', 'state', 'kind'],
  idempotency_keys: ['tenant_id', 'key', 'fingerprint'],
  operation_elements: ['client_id'],
  operations: ['tenant_id'],
  queue_keys: ['beginning', 'mark'],
  schema_needs: ['migration'],
  service_accounts: ['name', 'grant', 'secret_hash', 'previous_hash'],
  tenants: ['tenant_id', 'held_reason', 'scan_problem', 'left_out'],
  terraform_events: ['tenant_id', 'state', 'client_id', 'kind', 'fields'],
  terraform_named: ['tenant_id', 'state'],
  terraform_requests: ['tenant_id', 'client_id', 'state', 'kind'],
  terraform_resources: ['tenant_id', 'state', 'address', 'type', 'client_id', 'deposed'],
  terraform_state_versions: ['tenant_id', 'state', 'lineage', 'terraform_version', 'sha256', 'key_id'],
  terraform_states: ['tenant_id', 'name', 'others', 'known_drift'],
}
