import type { Author } from '../vocabulary.ts'

/**
 * What can be decided about, and what is recorded of it: every decision; only refusals; or, of an ordinary read, only that
 * it was denied (401, 403). The list is closed: every route names one of these.
 */
const auditActions = {
  /** Probes, and what anybody may read. */
  probe: 'nothing',
  'tenant.read': 'denials',
  'tenant.scan': 'decisions',
  'client.read': 'denials',
  'client.secret.read': 'decisions',
  /** Who may do what with a client, of somebody whose claims or token an administrator shows. */
  'access.examine': 'decisions',
  'client.preview': 'denials',
  'client.patch': 'decisions',
  /** A list of changes: each that it holds is a `client.patch` of its own. */
  'client.patch-list': 'refusals',
  /** What of it was asked for is not known: the request was refused before its body was read. */
  'client.sync': 'decisions',
  'sync.retry': 'decisions',
  'sync.revert': 'decisions',
  'sync.accept': 'decisions',
  'change.read': 'denials',
  'change.withdraw': 'decisions',
  pause: 'decisions',
  resume: 'decisions',
  'terraform.adopt': 'decisions',
  'terraform.release': 'decisions',
  'terraform.snapshot': 'decisions',
  'state.list': 'denials',
  'state.read': 'decisions',
  'state.write': 'decisions',
  /** While nobody held the lock. */
  'state.write-unlocked': 'decisions',
  /** Without a lock, from a configuration that was older than the state. */
  'state.write-outdated': 'decisions',
  'state.delete': 'decisions',
  'state.restore': 'decisions',
  'state.lock': 'decisions',
  'state.unlock': 'decisions',
  'state.force-unlock': 'decisions',
  'token.read': 'denials',
  'token.create': 'decisions',
  'token.change': 'decisions',
  'token.rotate': 'decisions',
  'token.retire': 'decisions',
  'token.revoke': 'decisions',
  'account.read': 'denials',
  'account.create': 'decisions',
  'account.change': 'decisions',
  'account.rotate': 'decisions',
  'account.retire': 'decisions',
  'account.revoke': 'decisions',
  'audit.read': 'decisions',
  'console.sign-in': 'decisions',
  'console.sign-out': 'decisions',
  /** Whatever the console was asked to ask the API: what comes of it is recorded as what it is. */
  'console.request': 'refusals',
  /** Whatever was asked for without valid credentials: counted, and kept as counts. */
  'request.unauthenticated': 'refusals',
} as const satisfies Readonly<Record<string, 'decisions' | 'refusals' | 'denials' | 'nothing'>>

export type AuditAction = keyof typeof auditActions

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets what they are
export const auditActionNames = Object.keys(auditActions) as readonly AuditAction[]

export const auditOutcomes = ['accepted', 'refused'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

/** Whose decision it was: a caller, a policy of Nexus, or somebody at a terminal beside the database. */
export interface Actor {
  readonly kind: Author['kind'] | 'operator'
  readonly id: string
  readonly application: string | null
}

/** What is known of a request while it is being decided. Ids only: never a value of a field, never a secret. */
export interface AuditFacts {
  readonly action: AuditAction
  /** Null where the action is about no one tenant. */
  readonly tenantId: string | null
  /** Null where nobody could be recognised. */
  readonly actor: Actor | null
  /** The network address that the request came from, or the network of several; null for what no request asked for. */
  readonly address: string | null
  readonly requestId: string | null
  /** The client's id, the state's name (with a version as `main/3`), the change's id; null where the tenant is meant. */
  readonly target: string | null
  /** The change that came of it. */
  readonly changeId: string | null
  /** How many decisions of one kind the record stands for; absent or null where it is one decision. */
  readonly count?: number | null
}

/** One decision, as it is kept. */
export interface AuditEntry extends AuditFacts {
  readonly outcome: AuditOutcome
  /** The code of the problem that was answered; null for what was accepted. */
  readonly reason: string | null
  /** What would have let the caller in: permissions, `relation`, `tenant` or `state`. */
  readonly missing: string | null
}

/** An entry as it is read back. */
export interface AuditRecord extends AuditEntry {
  /** Grows with time, though not without gaps. */
  readonly id: number
  /** By the clock of the database, in ISO 8601 with microseconds. */
  readonly at: string
  readonly count: number | null
}

/** Decisions of one request that are recorded one by one, of each kind: more of them make one record. */
export const recordedOneByOne = 10

/**
 * The entries of one request, so that they are few however many clients it names: of each kind (outcome, reason, what is
 * missing) they stay as they are up to a number, and beyond it become one that says how many, and no target.
 */
export const gathered = (entries: readonly AuditEntry[]): AuditEntry[] =>
  [
    ...Map.groupBy(entries, ({ action, outcome, reason, missing }) =>
      JSON.stringify([action, outcome, reason, missing]),
    ),
  ].flatMap(([, kind]) =>
    kind.length <= recordedOneByOne ? kind : kind.slice(0, 1).map((first) => asOne(first, kind.length)),
  )

const asOne = (first: AuditEntry, count: number): AuditEntry => ({ ...first, target: null, changeId: null, count })

/**
 * Whether a refusal is recorded: every one of a decision; of an ordinary read only that somebody was not let in. That
 * somebody was too fast (429) says nothing about what they asked for, and a flood is not to fill the audit.
 */
export const isRefusalRecorded = (action: AuditAction, status: number): boolean =>
  auditActions[action] === 'decisions' || auditActions[action] === 'refusals'
    ? status < 500 && status !== 429
    : auditActions[action] === 'denials' && (status === 401 || status === 403)

/**
 * Whether a refusal of somebody who could not be recognised is counted: whatever they asked for, but probes and what
 * anybody may read; also that they were too fast, as no count of these fills the audit.
 */
export const isStrangerCounted = (action: AuditAction, status: number): boolean =>
  auditActions[action] !== 'nothing' && status >= 400 && status < 500

/** Whether it is recorded that something was done, or given out. */
export const isAcceptanceRecorded = (action: AuditAction): boolean => auditActions[action] === 'decisions'
