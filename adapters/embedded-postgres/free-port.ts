import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf } from '../../domain/shape.ts'

/**
 * The first port that Linux gives to outgoing connections, by default; other systems begin higher. From here on, any port
 * may be taken at any moment, also that of a server that is just being started again.
 * Source: net.ipv4.ip_local_port_range, https://docs.kernel.org/networking/ip-sysctl.html
 */
export const firstOutgoingPort = 32_768
const firstPort = 15_000
const mostTries = 100

/** A port of this machine that was free a moment ago, for a server whose address has to be known before it listens. */
export const freePort = async (): Promise<number> => {
  for (let tried = 0; tried < mostTries; tried += 1) {
    const port = randomInt(firstPort, firstOutgoingPort)
    if (await isFree(port)) return port
  }
  throw new Error(`No free port was found from ${firstPort} to ${firstOutgoingPort - 1}, in ${mostTries} tries.`)
}

/** @throws the system's error where nobody could listen at any port */
export const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
