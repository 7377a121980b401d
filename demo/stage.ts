import type { Person, TenantId } from './cast.ts'
import type { Check } from './checks.ts'
import { difference } from './difference.ts'
import type { Holding, Line } from './difference.ts'
import { bold, cyan, dim, duration, fits, green, red, say, tell } from './screen.ts'
import type { World } from './world.ts'

/** What a chapter plays on: requests and what Auth0 holds are shown, checks are shown and counted. */
export interface Stage {
  readonly world: World
  readonly request: (request: ShownRequest) => Promise<ShownAnswer>
  /** What the simulated tenant holds of a client now. */
  readonly auth0: (at: Place) => Holding
  /**
   * Shows what has become of a client in Auth0 since `before`.
   *
   * @param paths members to show although they have not changed
   */
  readonly showAuth0: (at: Place, before: Holding, paths?: readonly string[]) => void
  /** Shows whether everything is as it should be; where something is not, the demo fails. */
  readonly check: (checks: readonly Check[]) => void
  readonly remark: (text: string) => void
  /** Shows a text line by line, as it stands. */
  readonly show: (text: string) => void
}

export interface Place {
  readonly tenant: TenantId
  readonly client: string
}

type Members = Readonly<Record<string, unknown>>

interface ShownRequest {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT'
  readonly path: string
  readonly as: Person
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface ShownAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Members
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  403: 'Forbidden',
  404: 'Not Found',
  422: 'Unprocessable Content',
}

/** The headers of an answer that are worth a look. */
const shownHeaders = ['location', 'nexus-sync', 'retry-after']

/** Builds a stage. @param check shows checks and counts them */
export const createStage = (world: World, check: Stage['check'], ended: AbortSignal): Stage => ({
  world,
  check,
  request: async (request) => {
    showRequest(request)
    const { method, path, as, headers, body } = request
    const started = performance.now()
    const answer = await world.http.ask(`${world.nexusUrl}${path}`, {
      method,
      deadline: ended,
      headers: {
        authorization: `Bearer ${world.tokenOf(as)}`,
        'x-application-token': world.applicationToken,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = answer.body.toString('utf8')
    showAnswer(answer, performance.now() - started)
    const parsed: unknown = text === '' ? {} : JSON.parse(text)
    return { status: answer.status, headers: answer.headers, body: isMembers(parsed) ? parsed : {} }
  },
  auth0: (at) => holding(world, at),
  showAuth0: (at, before, paths = []) => showAuth0(at, before, holding(world, at), paths),
  remark: (text) => tell(text, 5),
  show: (text) => {
    for (const line of text.split('\n')) say(line, 5)
  },
})

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const holding = (world: World, { tenant, client }: Place): Holding => {
  const { clients, stats } = world.tenants[tenant]
  const { client_secret: _secret, ...members }: Members = structuredClone(clients.get(client)) ?? {}
  return { client: members, writes: stats.writes.filter(({ clientId }) => clientId === client).length }
}

const showRequest = ({ method, path, as, headers = {}, body }: ShownRequest): void => {
  say(`${cyan('→')} ${bold(method)} ${path}   ${dim(`as ${as.name} (${as.claims.sub})`)}`, 3)
  for (const [name, value] of Object.entries(headers)) say(`${name}: ${value}`, 5)
  if (body === undefined) return
  const short = JSON.stringify(body)
  for (const line of fits(short, 5) ? [short] : JSON.stringify(body, null, 2).split('\n')) say(line, 5)
}

const showAnswer = ({ status, headers }: Pick<ShownAnswer, 'status' | 'headers'>, ms: number): void => {
  const text = `${status} ${reasons[status] ?? ''}`.trimEnd()
  say(`${cyan('←')} ${(status < 300 ? green : red)(bold(text))}   ${dim(duration(ms))}`, 3)
  for (const name of shownHeaders) {
    const value = headers.get(name)
    if (value !== null) say(dim(`${name}: ${value}`), 5)
  }
}

const shownLine = ({ mark, text }: Line): string =>
  mark === '+' ? green(`+ ${text}`) : mark === '-' ? red(`- ${text}`) : `  ${text}`

const callsText = (calls: number): string => ['no PATCH', 'one PATCH'][calls] ?? `${calls} PATCHes`

const showAuth0 = ({ tenant, client }: Place, before: Holding, now: Holding, paths: readonly string[]): void => {
  const { name } = now.client
  if (typeof name !== 'string') return say(`${bold('Auth0')} ${dim(`${tenant} has no ${client}, before and after`)}`, 3)
  const shown = difference(before.client, now.client, paths)
  const changed = shown.some(({ lines }) => lines.some(({ mark }) => mark !== ' '))
  const marks = changed ? '- before, + after' : 'the same before and after'
  say(bold('Auth0'), 3)
  tell(`${tenant} / ${name}, ${callsText(now.writes - before.writes)}: ${marks}`, 5, dim)
  for (const { member, lines } of shown) {
    say(member, 5)
    for (const line of lines) say(shownLine(line), 5)
  }
}
