import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { managementToken } from '../support/auth0.ts'
import type { Stack } from '../support/stack.ts'

interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance?: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

/** An answer's status, headers and JSON body. */
export const read = async (response: Response) => {
  const text = await response.text()
  const isJson = text !== '' && (response.headers.get('content-type') ?? '').includes('json')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is in it is what the tests look at
  const body = (isJson ? JSON.parse(text) : {}) as Record<string, unknown> & Partial<ProblemBody>
  return { status: response.status, headers: response.headers, body, text }
}

/** A client of the tester in the simulated tenant; answers its id. */
export const seedClient = (stack: Stack, more: Record<string, unknown> = {}): string =>
  stack.simulator.seed({
    name: `Client ${randomUUID()}`,
    app_type: 'regular_web',
    client_metadata: { owners: '["auth0|tester"]', product_name: 'Shop' },
    ...more,
  })

/** The path of a client of the tenant `acme`. */
export const pathOf = (clientId: string): string => `/v1/tenants/acme/clients/${clientId}`

/** Has a client of the tenant `acme` read and tried again now. */
export const retry = (stack: Stack, clientId: string, as: string): Promise<Response> =>
  stack.request(`${pathOf(clientId)}/sync`, {
    method: 'POST',
    as,
    headers: { 'content-type': 'application/json' },
    body: '{"action":"retry"}',
  })

/** A tenant beside acme, in the configuration: nothing answers where its Auth0 should be. */
export const unreachableTenant = (id: string) => ({
  id,
  domain: 'http://127.0.0.1:1',
  allowInsecure: true,
  credential: { clientId: 'x', clientSecret: 'y' },
  scanInterval: '24h',
})

/** A request outside Nexus, as another tool of the tenant makes it. */
export const behindNexus = async ({ simulator }: Stack, method: string, path: string): Promise<Response> =>
  fetch(`${simulator.url}/api/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${await managementToken(simulator)}` },
  })

/** Bytes on a connection, and everything that came back until it ended, or until nothing more came for a second. */
export const raw = (stack: Stack, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(stack.url)
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.setTimeout(15_000, () => socket.end())
    socket.on('data', (chunk) => {
      answer += chunk.toString()
      socket.setTimeout(1000)
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)))
    socket.write(bytes)
  })
