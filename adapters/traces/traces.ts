import { codeOf } from '../../domain/shape.ts'
import type { Log } from '../log/log.ts'

/** What a span is about, as OpenTelemetry names it. */
type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal'

/** By the names of OpenTelemetry's semantic conventions; what they have no name for begins with `nexus.`. Never a secret. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** Where a span is, for those that continue it elsewhere. Source: W3C Trace Context. */
export interface TraceHeaders {
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
}

/** A span that begins now. */
export interface Beginning {
  /** Of few values: ids are attributes. */
  readonly name: string
  readonly kind: SpanKind
  readonly attributes?: Attributes
  /**
   * What it continues: a trace of its own where that is not valid. Where it is left out, the span continues the one under way
   * here.
   */
  readonly continues?: TraceHeaders
  /** The `traceparent` of further spans that caused it. */
  readonly links?: readonly string[]
  /** When it began, if that was before now; milliseconds of `Date.now()`. */
  readonly startedAt?: number
}

/** A piece of work in a trace. */
export interface Span {
  readonly traceId: string
  /** For those who continue it later: kept with what they work on. */
  readonly traceparent: string
  /** For those who continue it now: headers of a request. */
  readonly headers: Readonly<Record<string, string>>
  readonly note: (attributes: Attributes) => void
  /** It did not work. @param type of few values: a status, a code, the name of a class */
  readonly fail: (type: string) => void
  /** Does work in it: spans that begin there continue it, and lines of the log have its ids. */
  readonly within: <T>(work: () => T) => T
  readonly end: () => void
}

/** Where an installation keeps traces. Where it keeps none there is no such thing, and nothing is done for it. */
export interface Traces {
  readonly begin: (beginning: Beginning) => Span
  /** What a line of the log says of the span under way; nothing where there is none. */
  readonly ofLog: () => Readonly<Record<string, string>>
  /** Sends what has not been sent yet, for a moment at the most. */
  readonly close: () => Promise<void>
}

/** Traces that the log hears of. */
export interface OpenedTraces extends Traces {
  /** Says where they are sent, and from now on whether they arrive. */
  readonly tell: (log: Pick<Log, 'info' | 'warn'>) => void
}

/** What keeps traces, for those who begin spans. */
export type BeginsSpans = Pick<Traces, 'begin'>

/** Does work as one span, which fails and ends with it. */
export const asSpan = async <T>(
  traces: BeginsSpans,
  beginning: Beginning,
  work: (span: Span) => Promise<T>,
): Promise<T> => {
  const span = traces.begin(beginning)
  try {
    return await span.within(() => work(span))
  } catch (error) {
    span.fail(codeOf(error) ?? (error instanceof Error ? error.name : typeof error))
    throw error
  } finally {
    span.end()
  }
}
