import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { firstOutgoingPort, freePort, isFree } from '../../adapters/embedded-postgres/free-port.ts'

test('a free port is none that the system gives to an outgoing connection, and can be listened at', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))
  expect(Math.max(...ports)).toBeLessThan(firstOutgoingPort)
  const [port = 0] = ports
  const server = createServer().listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  expect(await isFree(port)).toBe(false)
})
