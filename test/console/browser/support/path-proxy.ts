import { startForwarder } from '../../../support/forwarder.ts'

/** A proxy that is reached below a path, which it takes away, and passes on everything else: also streams, as they come. */
export const startPathProxy = async (below: string, to: number): Promise<{ url: string; close: () => void }> => {
  const { url, close } = await startForwarder(`http://127.0.0.1:${to}`, {
    pathFor: (asked) => (asked.startsWith(`${below}/`) ? asked.slice(below.length) : undefined),
  })
  return { url: `${url}${below}`, close }
}
