import type { Remote } from '../adapters/nexus-api/client.ts'
import { Failure } from './failure.ts'

/** How a command asks the API. */
export interface ApiFlags {
  readonly url?: string
  readonly json?: boolean
}

/** What a command works on that can ask the API, or open the store of a configuration itself. */
export interface PlaceFlags extends ApiFlags {
  readonly config?: string
}

/** @throws RemoteError `not-configured`, with what to set */
export const remoteFor = async ({ url }: Pick<ApiFlags, 'url'>): Promise<Remote> => {
  const { remoteOf } = await import('../adapters/nexus-api/client.ts')
  return remoteOf(process.env, url)
}

/**
 * The API where it is meant; undefined for the store of the configuration. What the command line names counts more than the
 * environment.
 */
export const remoteIfMeant = async ({ config, url }: PlaceFlags): Promise<Remote | undefined> => {
  if (config !== undefined && url !== undefined)
    throw new Failure('Use --config, to open its store, or --url, to call the API: not both.', 'usage')
  const known = url ?? process.env['NEXUS_URL'] ?? ''
  return config !== undefined || known === '' ? undefined : remoteFor({ url: known })
}
