import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { z } from 'zod'
import { inputs } from './inputs.ts'
import type { Input } from './inputs.ts'
import type { Bench, Report } from '../report.ts'
import { ms } from '../statistics.ts'

const Ready = z.union([
  z.object({ missing: z.string() }),
  z.object({ url: z.string(), authorization: z.string(), applicationToken: z.string() }),
])
const Still = z.object({ stoodStillMs: z.number(), busyMs: z.number() })
type Still = z.infer<typeof Still>

/** Growth counts where half the size takes this long: below it nothing can be told from the noise. */
const countsFromMs = 5
const goalGrowth = 2.5
const goalStandstillMs = 50
/** What took less at its greatest size, and let the loop go on, is not looked at again. */
const worthALookMs = 8
const repeats = 5
/** Inputs that are sent together as long as none of them is slow, and from which size on each is sent alone. */
const atOnce = 16
const largeBytes = 200_000

interface Server {
  readonly url: string
  readonly credentials: Readonly<Record<string, string>>
  /**
   * How long its event loop has stood still at most since this was asked before, and how much of the processor it took at
   * most between two turns: the former less what other programs of the machine took. Milliseconds.
   */
  readonly stoodStill: () => Promise<Still>
}

interface Figures extends Still {
  readonly ms: number
  readonly status: number
}

const send = async (server: Server, input: Input, size: number): Promise<Omit<Figures, keyof Still>> => {
  const body = input.body(size)
  const headers = { ...server.credentials, ...input.headers(size) }
  const address = `${server.url}${input.path(size)}`
  const start = performance.now()
  const answer = await fetch(address, {
    method: input.method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })
  await answer.arrayBuffer()
  return { ms: performance.now() - start, status: answer.status }
}

const askedOnce = async (server: Server, input: Input, size: number): Promise<Figures> => {
  const answer = await send(server, input, size)
  return Object.assign(answer, await server.stoodStill())
}

/** The least of several: what other programs of the machine take is in each of them, what the input costs is in all. */
const asked = async (server: Server, input: Input, size: number, times: number): Promise<Figures> => {
  let least = await askedOnce(server, input, size)
  for (let time = 1; time < times; time += 1) {
    const next = await askedOnce(server, input, size)
    least = {
      ms: Math.min(least.ms, next.ms),
      stoodStillMs: Math.min(least.stoodStillMs, next.stoodStillMs),
      busyMs: Math.min(least.busyMs, next.busyMs),
      status: next.status,
    }
  }
  return least
}

interface Row {
  readonly name: string
  readonly half: Figures
  readonly whole: Figures
}

const look = async (
  server: Server,
  input: Input,
): Promise<Row | { readonly name: string; readonly status: number } | undefined> => {
  const first = await askedOnce(server, input, input.limit)
  if (first.status >= 500) return { name: input.name, status: first.status }
  if (first.ms < worthALookMs && first.busyMs < worthALookMs) return undefined
  const times = input.limit > 1_000_000 ? 3 : repeats
  return {
    name: input.name,
    half: await asked(server, input, Math.floor(input.limit / 2), times),
    whole: await asked(server, input, input.limit, times),
  }
}

/** Those that may be slow: of texts so many together, so that most are done with soon; every large body. */
const sift = async (server: Server, all: readonly Input[]): Promise<Input[]> => {
  const [texts, large] = [all.filter(({ limit }) => limit < largeBytes), all.filter(({ limit }) => limit >= largeBytes)]
  const suspects: Input[] = []
  for (let from = 0; from < texts.length; from += atOnce) {
    const some = texts.slice(from, from + atOnce)
    const answers = await Promise.all(some.map((input) => send(server, input, input.limit)))
    const quick = answers.every((answer) => answer.ms < atOnce * worthALookMs && answer.status < 500)
    if (!quick || (await server.stoodStill()).busyMs >= worthALookMs) suspects.push(...some)
  }
  return suspects.concat(large)
}

const growthOf = ({ half, whole }: Row): number => (half.ms < countsFromMs ? 0 : whole.ms / half.ms)

/** For every text, header, parameter and body of every endpoint: how its cost grows, and how long the loop stands still. */
export const hostile: Bench = async (report) => {
  const child = fork(new URL('./hostile-server.ts', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  try {
    const [message] = await once(child, 'message')
    const ready = Ready.parse(message)
    if ('missing' in ready) report({ note: `left out: ${ready.missing}` })
    else
      await tell(report, {
        url: ready.url,
        credentials: { authorization: ready.authorization, 'x-application-token': ready.applicationToken },
        stoodStill: () => stoodStillIn(child),
      })
  } finally {
    const ended = once(child, 'exit')
    if (child.connected) child.disconnect()
    await ended
  }
}

const stoodStillIn = async (child: ChildProcess): Promise<Still> => {
  const told = once(child, 'message')
  child.send('tell')
  return Still.parse((await told)[0])
}

const tell = async (report: Report, server: Server): Promise<void> => {
  const all = inputs()
  const rows: Row[] = []
  const faults: { readonly name: string; readonly status: number }[] = []
  for (const input of await sift(server, all)) {
    const found = await look(server, input)
    if (found !== undefined && 'half' in found) rows.push(found)
    else if (found !== undefined) faults.push(found)
  }
  const slowest = rows.toSorted((a, b) => growthOf(b) - growthOf(a))
  const stillest = rows.toSorted((a, b) => b.whole.busyMs - a.whole.busyMs)
  report({ note: `${all.length} inputs, of which ${rows.length} were looked at twice` })
  report({
    name: 'growth from half the size to the whole',
    value: growthOf(slowest[0] ?? none),
    unit: '',
    goal: { most: goalGrowth },
  })
  for (const row of slowest.slice(0, 10)) {
    const { half, whole } = row
    report({ note: `${growthOf(row).toFixed(2)} × (${ms(half.ms)} → ${ms(whole.ms)}, ${whole.status}) ${row.name}` })
  }
  report({
    name: 'standstill of the event loop, of its own doing',
    value: stillest[0]?.whole.busyMs ?? 0,
    unit: 'ms',
    goal: { most: goalStandstillMs },
  })
  for (const { name, whole } of stillest.slice(0, 10))
    report({ note: `${ms(whole.stoodStillMs)}, of which its own ${ms(whole.busyMs)} (${whole.status}) ${name}` })
  report({ name: 'answers of 5xx', value: faults.length, unit: '', goal: { most: 0 } })
  for (const { name, status } of faults.slice(0, 10)) report({ note: `${status}: ${name}` })
}

const nothing: Figures = { ms: 0, stoodStillMs: 0, busyMs: 0, status: 0 }
const none: Row = { name: '', half: nothing, whole: nothing }
