import { afterEach } from 'vitest'
import { z } from 'zod'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/main.ts'
import type { Json, JsonObject } from '../../simulator/json.ts'

/** `body` is the answer's members, `rows` those of an answer that is a list. */
export type Reply = { status: number; headers: Headers; body: JsonObject; rows: JsonObject[]; text: string }
export type Call = (method: string, path: string, body?: Json, headers?: Record<string, string>) => Promise<Reply>

const running: Simulator[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()))
})

/** A simulator that is closed after the test. */
export const simulated = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulator = await startSimulator(options)
  running.push(simulator)
  return simulator
}

/** Asks the token endpoint, with the members given instead of the right ones. */
export const askToken = (simulator: Simulator, instead: Record<string, string> = {}): Promise<Response> =>
  fetch(`${simulator.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: simulator.credential.clientId,
      client_secret: simulator.credential.clientSecret,
      audience: `https://${simulator.domain}/api/v2/`,
      ...instead,
    }),
  })

export const tokenOf = async (simulator: Simulator): Promise<string> => {
  const answer = await askToken(simulator)
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token
}

const object = z.record(z.string(), z.json())

/** The members of a fetched JSON answer. */
export const membersOf = async (answer: Response): Promise<JsonObject> => object.parse(await answer.json())

const parsed = (text: string): { body: JsonObject; rows: JsonObject[] } => {
  if (text.startsWith('{')) return { body: object.parse(JSON.parse(text)), rows: [] }
  return { body: {}, rows: text.startsWith('[') ? z.array(object).parse(JSON.parse(text)) : [] }
}

/** One call of any path, with a token. */
export const call = async (
  url: string,
  token: string,
  ...[method, path, body, headers]: Parameters<Call>
): Promise<Reply> => {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, ...parsed(text) }
}

/** The Management API of a simulator, with a token of its own. Paths begin behind `/api/v2`. */
export const management = async (simulator: Simulator): Promise<Call> => {
  const token = await tokenOf(simulator)
  return (method, path, ...rest) => call(simulator.url, token, method, `/api/v2${path}`, ...rest)
}

/** A simulator with one client, made by POST. */
export const withClient = async (
  sent: JsonObject = {},
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; api: Call; id: string; path: string }> => {
  const simulator = await simulated(options)
  const api = await management(simulator)
  const { status, text, body } = await api('POST', '/clients', { name: 'Shop', ...sent })
  if (status !== 201) throw new Error(`the client was not created: ${text}`)
  const id = z.string().parse(body['client_id'])
  return { simulator, api, id, path: `/clients/${id}` }
}
