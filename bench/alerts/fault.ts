import type { Installation } from './installation.ts'
import type { LoadKind } from './load.ts'

/** One way in which things go wrong, and the alert that must tell of it. */
export interface Fault {
  /** Of the alert. */
  readonly alert: string
  readonly about: string
  /** `normal`, unless said otherwise. */
  readonly load?: LoadKind
  /** Seconds until the condition of the alert can hold, which no factor makes shorter; 0 where it holds at once. */
  readonly shows: number
  /** Begins it, where something has to be done once. */
  readonly begin?: (installation: Installation) => Promise<unknown>
  /** Keeps it up, where it does not last by itself, until the signal says that it is over. */
  readonly meddle?: (installation: Installation, over: AbortSignal) => Promise<void>
  /** Ends what `begin` has begun. */
  readonly mend?: (installation: Installation) => Promise<unknown>
  /** Alerts that the same fault may make fire as well, and why that is right. */
  readonly also?: Readonly<Record<string, string>>
}
