import { ExportResultCode } from '@opentelemetry/core'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Log } from '../log/log.ts'

/** Told how delivering goes: once when it fails, and once when it works again. */
export interface Delivery {
  readonly exporter: SpanExporter
  /** From now on the log is told; what has happened before is told now. */
  readonly tell: (log: Pick<Log, 'info' | 'warn'>) => void
}

/** Delivers as another exporter does, and tells how it goes. @param receiver as people may read it */
export const watchDelivery = (exporter: SpanExporter, receiver: string): Delivery => {
  let log: Pick<Log, 'info' | 'warn'> | undefined
  let failure: Error | null = null
  const tellFailure = (): void => {
    if (failure !== null)
      log?.warn({ receiver, reason: reasonOf(failure) }, 'traces cannot be delivered: those of this time are lost')
  }
  const hear = (error: Error | null): void => {
    const before = failure
    failure = error
    if (before === null) tellFailure()
    else if (error === null) log?.info({ receiver }, 'traces are delivered again')
  }
  return {
    exporter: {
      export: (spans, told) =>
        exporter.export(spans, (result) => {
          hear(
            result.code === ExportResultCode.SUCCESS
              ? null
              : (result.error ?? new Error('The receiver did not take them.')),
          )
          told(result)
        }),
      shutdown: () => exporter.shutdown(),
      ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
    },
    tell: (to) => {
      log = to
      tellFailure()
    },
  }
}

/** An answer's status hangs on its error; its body, which is the receiver's, is left out. */
const reasonOf = ({ message, ...more }: Error & { readonly code?: unknown }): string =>
  typeof more.code === 'number' ? `${message} (${more.code})` : message
