import type { ConfiguredCallers } from '../../adapters/config/configured-callers.ts'
import { refusals } from '../../adapters/credentials/registered.ts'
import type { CallerStore } from '../../adapters/postgres/callers.ts'
import { mayOversee } from '../../domain/access/grants.ts'
import type { Grant } from '../../domain/access/grants.ts'
import { callerStatusOf, ownerNameOf } from '../../domain/access/registered.ts'
import type { RegisteredKind } from '../../domain/access/registered.ts'
import type { Caller } from '../../domain/vocabulary.ts'

/** Those of the database and of the configuration. */
export interface Registering {
  readonly callers: Readonly<Record<RegisteredKind, Pick<CallerStore[RegisteredKind], 'list'>>>
  readonly configuredCallers: ConfiguredCallers
}

/** An application or an account, of the database or of the configuration. */
export interface RegisteredCaller {
  readonly name: string
  /** What an account is called on owners. */
  readonly ownerName: string
  readonly grant: Grant
  /** Why nobody comes in by it now; null where its secret is good. */
  readonly keptOut: string | null
}

/** Those that an administrator may know of, by name. One of the configuration hides one of the database. */
export const overseenCallers = async (
  { callers, configuredCallers }: Registering,
  kind: RegisteredKind,
  administrator: Caller,
): Promise<RegisteredCaller[]> => {
  const configured = configuredCallers[kind]
  const registered = (await callers[kind].list()).filter(
    ({ entry }) => !configured.some(({ name }) => name === entry.name),
  )
  return [
    ...configured.map(({ name, grant }) => ({ name, ownerName: name, grant, keptOut: null })),
    ...registered.map(({ entry, now }) => {
      const { name, grant } = entry
      const status = callerStatusOf(entry, now)
      return {
        name,
        ownerName: ownerNameOf(name),
        grant,
        keptOut: status === 'active' ? null : `${name} ${refusals[status]}`,
      }
    }),
  ]
    .filter(({ grant }) => mayOversee(administrator, grant))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
