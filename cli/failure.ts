import { ConfigurationError, NoSuchTenant } from '../adapters/config/problems.ts'
import { ProxyMisconfigured } from '../adapters/http/proxies.ts'
import { SchemaOutdated } from '../adapters/postgres/database/schema-outdated.ts'
import { RedisUnfit } from '../adapters/queue/fitness.ts'
import { RemoteError } from '../adapters/nexus-api/client.ts'
import { SealingError } from '../adapters/sealing/sealing.ts'
import { DeclarationError, SnapshotError } from '../stacks/errors.ts'

/** A command cannot do what it was asked; the message says why and what to do, for the person at the terminal. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** Errors that are an answer, not a fault of the program: they are shown without a stack. */
const known = [
  Failure,
  NoSuchTenant,
  RedisUnfit,
  ProxyMisconfigured,
  ConfigurationError,
  SchemaOutdated,
  RemoteError,
  SealingError,
  SnapshotError,
  DeclarationError,
]

/** What a person reads of an error. @param debug whether an unexpected one is shown with its stack */
export const explain = (error: unknown, debug: boolean): string => {
  if (!(error instanceof Error)) return `nexus: unexpected: ${String(error)}`
  if (known.some((kind) => error instanceof kind)) return `nexus: ${error.message}`
  if (debug) return `nexus: unexpected: ${error.stack ?? error.message}`
  return `nexus: unexpected: ${error.message}\nRun it with --debug for the details.`
}
