import type { ConsoleConfiguration } from '../../adapters/config/configuration.ts'
import type { Attempts } from '../../adapters/credentials/attempts.ts'
import type { Oidc } from '../../adapters/oidc/oidc.ts'
import type { Sessions } from '../../adapters/postgres/sessions.ts'
import type { Sealing } from '../../adapters/sealing/sealing.ts'

/** What the console needs of the world, beside what the API does. */
export interface Console {
  readonly oidc: Oidc
  readonly sessions: Sessions
  /** Seals what a browser keeps while somebody signs in. */
  readonly sealing: Sealing
  /** Sign-ins that fail: they are counted with those that fail otherwise. */
  readonly signIns: Pick<Attempts, 'begin'>
  readonly settings: Pick<ConsoleConfiguration, 'publicUrl' | 'applicationToken' | 'idleMs' | 'atMostMs'>
  /** Where the page was built, as a URL with a slash at the end. */
  readonly folder: URL
}
