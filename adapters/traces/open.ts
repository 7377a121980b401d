import { codeOf } from '../../domain/shape.ts'
import type { Environment } from '../config/environment.ts'
import { TracesMisconfigured } from './misconfigured.ts'
import { receiverOf } from './settings.ts'
import type { OpenedTraces } from './traces.ts'

/** What a process says of itself. */
interface About {
  readonly version: string
  /** The packages that it takes, as `npm install` names them. */
  readonly packages: readonly string[]
}

/**
 * Opens what the environment asks for. OpenTelemetry is loaded only then: who wants no traces need not install it.
 *
 * @returns null where there are to be no traces
 * @throws TracesMisconfigured with the remedy, also where a package is missing
 */
export const openTraces = async (env: Environment, { version, packages }: About): Promise<OpenedTraces | null> => {
  const receiver = receiverOf(env)
  if (receiver === null) return null
  try {
    const { createTraces } = await import('./opentelemetry.ts')
    return createTraces(receiver, version)
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new TracesMisconfigured(
      'OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, and OpenTelemetry is not installed. Install it beside Nexus: ' +
        `npm install ${packages.join(' ')}`,
      { cause: error },
    )
  }
}
