import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of this machine that was free a moment ago, for a server whose address has to be known before it listens. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port was found.')
  return address.port
}
