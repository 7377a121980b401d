import { z } from 'zod'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { startSimulator, type Simulator } from '../main.ts'
import { isReplayed, type Cassette, type Interaction } from './cassette.ts'
import { circumstances } from './circumstances.ts'
import { compare, type Difference, type Tolerance } from './compare.ts'
import { silence } from './loss.ts'
import { Names } from './names.ts'
import { pemsFor } from './pems.ts'
import { preexisting } from './preexisting.ts'

/** What became of one interaction. */
export type Outcome =
  | { kind: 'agrees'; sequence: number; note?: string }
  | { kind: 'differs'; sequence: number; request: string; difference: Difference }
  | { kind: 'left out'; sequence: number; reason: string }

/** The reason why an interaction cannot be compared, or undefined. */
const leftOut = ({ request, response }: Interaction): string | undefined => {
  if (!isReplayed(request)) return 'outside /api/v2/clients and its credentials'
  if (response.trimmed !== undefined && Number(request.query['page'] ?? 0) > 0) return 'a later page of a trimmed list'
  return undefined
}

type Answered = { status: number; contentType: string | null; body: Json | undefined; bytes: number }

const tokenSchema = z.object({ access_token: z.string() })

const caller = async (simulator: Simulator): Promise<(interaction: Interaction, names: Names) => Promise<Answered>> => {
  const { clientId, clientSecret } = simulator.credential
  const answer = await fetch(`${simulator.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `https://${simulator.domain}/api/v2/`,
    }),
  })
  const { access_token: token } = tokenSchema.parse(await answer.json())
  return async ({ request }, names) => {
    const path = request.path
      .split('/')
      .map((part) => names.text(part))
      .join('/')
    const response = await fetch(`${simulator.url}${path}?${new URLSearchParams(request.query).toString()}`, {
      method: request.method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(request.body === null || request.body === undefined
        ? {}
        : { body: JSON.stringify(names.translate(request.body)) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      contentType: response.headers.get('content-type'),
      body: text === '' ? undefined : z.json().parse(JSON.parse(text)),
      bytes: Buffer.byteLength(text),
    }
  }
}

const idOf = (row: Json, names: Names): string => {
  const id = isObject(row) ? row['client_id'] : undefined
  return typeof id === 'string' ? names.text(id) : ''
}

/** Those of our rows that a trimmed list shows, in its order; null where one is missing. */
const aligned = (recorded: Json[], rows: Json[], names: Names): Json[] =>
  recorded.map((theirs) => {
    const id = idOf(theirs, names)
    return rows.find((row) => isObject(row) && row['client_id'] === id) ?? null
  })

const compareList = (
  one: Interaction,
  recorded: JsonObject,
  actual: JsonObject,
  names: Names,
  tolerance: Tolerance,
): Difference | undefined => {
  const { clients: theirs, length: _length, next: _next, total, ...envelope } = recorded
  const { clients: rows, total: ourTotal, next: _ourNext, ...ourEnvelope } = actual
  const trimmed = one.response.trimmed !== undefined
  const frame = compare(
    { ...envelope, ...(trimmed ? {} : { total: total ?? null }) },
    { ...ourEnvelope, ...(trimmed ? {} : { total: ourTotal ?? null }) },
    tolerance,
  )
  if (frame !== undefined || !Array.isArray(theirs) || !Array.isArray(rows)) return frame
  const same = trimmed ? aligned(theirs, rows, names) : rows
  if (same.length !== theirs.length)
    return { path: '$.clients', expected: `${theirs.length} rows`, actual: `${same.length} rows` }
  for (const [index, row] of theirs.entries()) {
    const found = compare(row, same[index], tolerance)
    if (found !== undefined) return { ...found, path: found.path.replace('$', `$.clients[${index}]`) }
  }
  return undefined
}

const compareBody = (
  one: Interaction,
  actual: Json | undefined,
  names: Names,
  tolerance: Tolerance,
): Difference | undefined => {
  const recorded = one.response.body ?? undefined
  if (recorded === undefined)
    return actual === undefined ? undefined : { path: '$', expected: '(empty)', actual: JSON.stringify(actual) }
  if (isObject(recorded) && isObject(actual) && Array.isArray(recorded['clients']))
    return compareList(one, recorded, actual, names, tolerance)
  return compare(recorded, actual, tolerance)
}

/** What can be told without the body: the status, the content type where it was recorded, and the length of a lost body. */
const compareEnvelope = ({ response }: Interaction, answer: Answered): Difference | undefined => {
  const { status, contentType, body, bytes } = answer
  if (status !== response.status)
    return { path: 'status', expected: String(response.status), actual: `${status} ${JSON.stringify(body ?? '')}` }
  const type = response.headers['content-type']
  if (type !== undefined && type !== contentType)
    return { path: 'content-type', expected: type, actual: contentType ?? '(absent)' }
  const lost = /\b(\d+) bytes$/.exec(response.lost ?? '')?.[1]
  if (lost !== undefined && Number(lost) !== bytes)
    return { path: 'length of the lost body', expected: lost, actual: `${bytes} ${JSON.stringify(body ?? '')}` }
  return undefined
}

const judge = (one: Interaction, answer: Answered, names: Names, silent: (path: string) => boolean): Outcome => {
  const { request, response, sequence } = one
  const line = `${request.method} ${request.path}`
  const envelope = compareEnvelope(one, answer)
  if (envelope !== undefined) return { kind: 'differs', sequence, request: line, difference: envelope }
  if (response.lost !== undefined)
    return { kind: 'agrees', sequence, note: 'status and length only: the recorder lost the body' }
  const creates = request.method === 'POST' && response.status === 201
  if (creates) names.learn(response.body ?? undefined, answer.body)
  const tolerance: Tolerance = {
    sameText: (theirs, own, member) => names.same(theirs, own, member),
    silent: response.lossy ? silent : undefined,
  }
  const difference = compareBody(one, answer.body, names, tolerance)
  return difference === undefined
    ? { kind: 'agrees', sequence }
    : { kind: 'differs', sequence, request: line, difference }
}

/** Replays one cassette, in order, against a fresh simulator over http. */
export const replay = async (cassette: Cassette): Promise<Outcome[]> => {
  const simulator = await startSimulator({ builtIn: false, tenant: 'tenant', ...circumstances(cassette) })
  try {
    const names = new Names(simulator.domain)
    for (const [placeholder, pem] of await pemsFor(cassette.interactions)) names.bind(placeholder, pem)
    for (const { client, credentials } of preexisting(cassette)) simulator.seed(client, credentials)
    const call = await caller(simulator)
    const silent = silence(cassette.origin.sdk)
    const outcomes: Outcome[] = []
    for (const one of cassette.interactions) {
      const reason = leftOut(one)
      if (reason !== undefined) outcomes.push({ kind: 'left out', sequence: one.sequence, reason })
      else outcomes.push(judge(one, await call(one, names), names, silent))
    }
    return outcomes
  } finally {
    await simulator.close()
  }
}
