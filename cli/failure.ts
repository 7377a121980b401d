import { CommanderError } from 'commander'
import { ConfigurationError, NoSuchTenant } from '../adapters/config/problems.ts'
import { BackupRefused } from '../adapters/embedded-postgres/backup/refused.ts'
import { EmbeddedUnusable } from '../adapters/embedded-postgres/unusable.ts'
import { ProxyMisconfigured } from '../adapters/http/proxies.ts'
import { DatabaseUnusable } from '../adapters/postgres/servers/reach.ts'
import { SchemaBusy, SchemaOutdated, SchemaTooNew } from '../adapters/postgres/database/schema-outdated.ts'
import { NotCompared } from '../adapters/postgres/tenants/not-compared.ts'
import { RedisUnfit } from '../adapters/queue/unfit.ts'
import { RemoteError } from '../adapters/nexus-api/errors.ts'
import type { RemoteErrorCode } from '../adapters/nexus-api/errors.ts'
import { SealingError } from '../adapters/sealing/sealing.ts'
import { TracesMisconfigured } from '../adapters/traces/misconfigured.ts'
import type { Issue } from '../domain/texts/json-text.ts'
import { DeclarationError, SnapshotError } from '../stacks/errors.ts'
import type { Exit } from './exit-codes.ts'
import { NotListed } from '../process/not-listed.ts'
import { systemProblem } from './system-errors.ts'

/** A command cannot do what it was asked; the message says why and what to do, for the person at the terminal. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exit: Exit

  constructor(message: string, exit: Exit = 'failed', options: ErrorOptions = {}) {
    super(message, options)
    this.exit = exit
  }
}

/** A failure as a pipeline reads it, with `--json`. */
export interface CommandProblem {
  /** Why the command did not do it: the name of its exit code. */
  readonly code: Exit
  readonly detail: string
  /** Status and type of the API's answer, where there was one. */
  readonly status: number | null
  readonly type: string | null
  /** What is wrong with the request, where the API points at it. */
  readonly errors: readonly Issue[]
}

const kind =
  <E extends Error>(type: abstract new (...args: never[]) => E, exit: Exit | ((error: E) => Exit)) =>
  (error: Error): Exit | undefined => {
    if (!(error instanceof type)) return undefined
    return typeof exit === 'string' ? exit : exit(error)
  }

const remoteExits: Readonly<Record<Exclude<RemoteErrorCode, 'refused'>, Exit>> = {
  'not-configured': 'usage',
  unreachable: 'retry-later',
  timeout: 'retry-later',
  redirected: 'usage',
  unexpected: 'failed',
}

/** By status of the API's answer; any other refusal is one. */
const statusExits: Readonly<Record<number, Exit>> = {
  404: 'not-found',
  408: 'retry-later',
  423: 'retry-later',
  429: 'retry-later',
  500: 'failed',
  502: 'retry-later',
  503: 'retry-later',
  504: 'retry-later',
}

/** Errors that are an answer, not a fault of the program: each says what to do, and is shown without a stack. */
const kinds = [
  kind(Failure, ({ exit }) => exit),
  kind(CommanderError, ({ exitCode }) => (exitCode === 0 ? 'done' : 'usage')),
  kind(RemoteError, ({ code, status }) =>
    code === 'refused' ? (statusExits[status ?? 0] ?? 'refused') : remoteExits[code],
  ),
  kind(NoSuchTenant, 'not-found'),
  kind(ConfigurationError, 'configuration'),
  kind(ProxyMisconfigured, 'configuration'),
  kind(TracesMisconfigured, 'configuration'),
  kind(SealingError, 'configuration'),
  kind(RedisUnfit, ({ problem }) => (problem.passing ? 'retry-later' : 'configuration')),
  kind(DatabaseUnusable, ({ passing }) => (passing ? 'retry-later' : 'configuration')),
  kind(EmbeddedUnusable, ({ passing }) => (passing ? 'retry-later' : 'failed')),
  kind(BackupRefused, 'refused'),
  kind(NotCompared, 'refused'),
  kind(NotListed, 'retry-later'),
  kind(SchemaOutdated, 'failed'),
  kind(SchemaBusy, 'retry-later'),
  kind(SchemaTooNew, 'failed'),
  kind(SnapshotError, 'failed'),
  kind(DeclarationError, 'failed'),
]

const unanswered = { status: null, type: null, errors: [] }

/** Undefined for an error that nobody has thought of. */
const known = (error: unknown): CommandProblem | undefined => {
  if (!(error instanceof Error)) return undefined
  const code = kinds.map((exitOf) => exitOf(error)).find((exit) => exit !== undefined)
  if (code === undefined) {
    const problem = systemProblem(error)
    return problem && { ...problem, ...unanswered }
  }
  const { message } = error
  if (!(error instanceof RemoteError)) return { code, detail: message.replace(/^error: /, ''), ...unanswered }
  return { code, detail: error.detail, status: error.status, type: error.type, errors: error.issues }
}

/** A failure for a program. */
export const problemOf = (error: unknown): CommandProblem =>
  known(error) ?? {
    code: 'failed',
    detail: `unexpected: ${error instanceof Error ? error.message : String(error)}`,
    ...unanswered,
  }

/** What a person reads of an error. @param debug whether an unexpected one is shown with its stack */
export const explain = (error: unknown, debug: boolean): string => {
  const problem = known(error)
  // The API's texts in a message have been made fit for a terminal.
  if (problem !== undefined) return `nexus: ${error instanceof RemoteError ? error.message : problem.detail}`
  if (debug && error instanceof Error) return `nexus: unexpected: ${error.stack ?? error.message}`
  return `nexus: ${problemOf(error).detail}\nRun it again with --debug for the details.`
}
