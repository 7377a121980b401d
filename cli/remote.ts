import type { Remote } from '../adapters/nexus-api/client.ts'

/** How a command asks the API. */
export interface ApiFlags {
  readonly url?: string
  readonly json?: boolean
}

/** @throws RemoteError `not-configured`, with what to set */
export const remoteFor = async ({ url }: Pick<ApiFlags, 'url'>): Promise<Remote> => {
  const { remoteOf } = await import('../adapters/nexus-api/client.ts')
  return remoteOf(process.env, url)
}
