import { AsyncLocalStorage } from 'node:async_hooks'
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { Context } from '@opentelemetry/api'
import { parseTraceParent, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { watchDelivery } from './delivery.ts'
import type { Beginning, OpenedTraces, Span, TraceHeaders } from './traces.ts'

/**
 * Traces by OpenTelemetry's SDK, which reads its own variables: sampler, limits, batches, headers, certificates, service name.
 * Only this file knows it, and only a process that keeps traces loads it. Nothing of it is global: the context is a store of
 * Node's own, and no module is patched.
 *
 * @param receiver as people may read it
 */
export const createTraces = (receiver: string, version: string): OpenedTraces => {
  const said: string[] = []
  const { provider, delivery } = hearing(said, () => {
    const delivery = watchDelivery(new OTLPTraceExporter(), receiver)
    const spanProcessors = [new BatchSpanProcessor(delivery.exporter)]
    return { delivery, provider: new BasicTracerProvider({ resource: resourceOf(version), spanProcessors }) }
  })
  const tracer = provider.getTracer('nexus', version)
  const propagator = new W3CTraceContextPropagator()
  const active = new AsyncLocalStorage<Context>()

  const parentOf = (continues: TraceHeaders | undefined): Context =>
    continues === undefined
      ? (active.getStore() ?? ROOT_CONTEXT)
      : propagator.extract(ROOT_CONTEXT, continues, defaultTextMapGetter)

  const begin = ({ name, kind, attributes = {}, continues, links = [], startedAt }: Beginning): Span => {
    const parent = parentOf(continues)
    const span = tracer.startSpan(
      name,
      { kind: kinds[kind], attributes, links: links.flatMap(linkTo), ...(startedAt && { startTime: startedAt }) },
      parent,
    )
    const context = trace.setSpan(parent, span)
    const headers: Record<string, string> = {}
    propagator.inject(context, headers, defaultTextMapSetter)
    const { traceparent = '' } = headers
    return {
      traceId: span.spanContext().traceId,
      traceparent,
      headers,
      note: (more) => void span.setAttributes(more),
      fail: (type) => void span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }),
      within: (work) => active.run(context, work),
      // What sends it later belongs to no trace.
      end: () => active.exit(() => span.end()),
    }
  }

  return {
    begin,
    ofLog: () => {
      const now = active.getStore()
      const ids = now && trace.getSpanContext(now)
      return ids === undefined ? {} : { trace_id: ids.traceId, span_id: ids.spanId }
    },
    tell: (log) => {
      log.info({ receiver }, 'traces are sent')
      for (const reason of said) log.warn({ reason }, 'OpenTelemetry says')
      delivery.tell(log)
    },
    close: () => inTime(provider.shutdown(), closeWithinMs),
  }
}

/** A receiver that does not answer keeps no process from ending. */
const closeWithinMs = 2000

const inTime = async (work: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  // What could not be sent has been told.
  await Promise.race([work.catch(() => undefined), late])
  clearTimeout(timer)
}

const unheard = (): void => undefined

/** What the SDK finds wrong with its variables while it is set up. Later it would say each failure each time. */
const hearing = <T>(said: string[], setUp: () => T): T => {
  const hear = (...words: readonly unknown[]): void => void said.push(words.map(String).join(' '))
  diag.setLogger(
    { error: hear, warn: hear, info: unheard, debug: unheard, verbose: unheard },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  try {
    return setUp()
  } finally {
    diag.disable()
  }
}

/** Which process this is. What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say comes last, and so counts. */
const resourceOf = (version: string) =>
  defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': 'nexus',
        'service.version': version,
        'service.instance.id': crypto.randomUUID(),
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }))

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const

const linkTo = (traceparent: string) => {
  const context = parseTraceParent(traceparent)
  return context === null ? [] : [{ context }]
}
