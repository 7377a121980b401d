import { z } from 'zod'
import { placeOf } from '../../domain/texts/web-address.ts'
import type { Environment } from '../config/environment.ts'
import { TracesMisconfigured } from './misconfigured.ts'

const asText = z
  .string()
  .optional()
  .transform((text) => text?.trim() ?? '')

/** What Nexus itself reads of OpenTelemetry's variables; the SDK reads the others. */
const Variables = z.object({
  OTEL_SDK_DISABLED: asText,
  OTEL_TRACES_EXPORTER: asText,
  OTEL_EXPORTER_OTLP_ENDPOINT: asText,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: asText,
  OTEL_EXPORTER_OTLP_PROTOCOL: asText,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: asText,
})

const protocol = 'http/protobuf'

/**
 * Where the environment has traces sent, by the rules of OpenTelemetry: the variable for traces alone comes first.
 * Source: OpenTelemetry, "Environment Variable Specification" and "OTLP Exporter Configuration".
 *
 * @returns the receiver, without user name and password; null where there are to be no traces
 * @throws TracesMisconfigured with the remedy
 */
export const receiverOf = (env: Environment): string | null => {
  const variables = Variables.parse(env)
  const [name, endpoint] = firstOf(variables, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT')
  const isOff = variables.OTEL_SDK_DISABLED.toLowerCase() === 'true' || variables.OTEL_TRACES_EXPORTER === 'none'
  if (isOff || endpoint === '') return null
  const { protocol: scheme = '' } = URL.parse(endpoint) ?? {}
  if (!['http:', 'https:'].includes(scheme))
    throw new TracesMisconfigured(
      `${name} is not the URL of a receiver. Write it like http://collector.example.com:4318.`,
    )
  const [asked, spoken] = firstOf(variables, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL')
  if (!['', protocol].includes(spoken))
    throw new TracesMisconfigured(
      `${asked} asks for another protocol than ${protocol}, which is the only one that Nexus speaks. Remove it, and name the ` +
        "receiver's port for OTLP over HTTP: 4318 is usual.",
    )
  if (!['', 'otlp'].includes(variables.OTEL_TRACES_EXPORTER))
    throw new TracesMisconfigured('OTEL_TRACES_EXPORTER may be otlp or none: remove it.')
  return placeOf(endpoint)
}

type Name = keyof z.infer<typeof Variables>

/** The first of them that says something, with its name. */
const firstOf = (variables: z.infer<typeof Variables>, special: Name, general: Name): [Name, string] =>
  variables[special] === '' ? [general, variables[general]] : [special, variables[special]]
