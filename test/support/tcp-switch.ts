import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

/** An address that leads elsewhere from one moment to the next, as a virtual address or a load balancer does. */
export interface TcpSwitch {
  readonly port: number
  /** New connections lead there from now on; those that are there stay where they are. */
  readonly leadTo: (port: number) => void
  /** Ends every connection, and refuses new ones. */
  readonly cut: () => Promise<void>
  readonly mend: () => Promise<void>
  /** Nothing that arrives goes on any more, and no connection ends: as behind a machine that has lost its power. */
  readonly hush: (quiet: boolean) => void
  readonly close: () => Promise<void>
}

/** Listens on 127.0.0.1, on a free port unless told otherwise, and leads to a port there. */
export const startTcpSwitch = async (to: number): Promise<TcpSwitch> => {
  const sockets = new Set<Socket>()
  let target = to
  let quiet = false
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    return socket
  }
  const lead = (from: Socket, into: Socket): void => {
    from.on('data', (chunk) => {
      if (!quiet) into.write(chunk)
    })
    from.on('close', () => into.destroy())
  }
  const server: Server = createServer((incoming) => {
    keep(incoming)
    const outgoing = keep(connect(target, '127.0.0.1'))
    lead(incoming, outgoing)
    lead(outgoing, incoming)
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('It does not listen on a port.')
    return address.port
  }
  const cut = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const port = await listen(0)
  return {
    port,
    leadTo: (next) => {
      target = next
    },
    cut,
    mend: async () => {
      await listen(port)
    },
    hush: (now) => {
      quiet = now
    },
    close: cut,
  }
}
