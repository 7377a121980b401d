import { setTimeout as sleep } from 'node:timers/promises'
import type { News } from '../../adapters/nexus-api/news.ts'
import { RemoteError } from '../../adapters/nexus-api/errors.ts'
import { timeText } from './readable.ts'
import { untilSignal } from '../../process/until-signal.ts'
import { print, printError, printJson } from './print.ts'

/** An answer, and how a person reads it; a pipeline gets it as it is. */
export interface View<Answer> {
  readonly read: () => Promise<Answer>
  readonly lines: (answer: Answer) => readonly string[]
  /** What tells when there may be another answer; without it, it is read again and again. */
  readonly news?: (over: AbortSignal) => News
}

export interface ViewFlags {
  readonly json?: boolean
  readonly watch?: boolean
}

/** Between two readings, milliseconds: an observation is read anew by the API when it is too old, not by asking often. */
const everyMs = 2000

/**
 * Shows an answer: once, or with `--watch` until somebody ends it. On a terminal the screen is written anew; elsewhere, and
 * with `--json`, there is a line of JSON for each answer that is another than the one before.
 */
export const present = async <Answer>(view: View<Answer>, { json, watch }: ViewFlags): Promise<void> => {
  if (watch !== true) {
    const answer = await view.read()
    if (json === true) printJson(answer)
    else print(view.lines(answer).join('\n'))
    return
  }
  const show = json === true || !process.stdout.isTTY ? onChange() : onScreen(view)
  const ended = new AbortController()
  // Whoever read the lines has had enough.
  process.stdout.once('error', () => ended.abort())
  void untilSignal().then(() => ended.abort())
  const news = view.news?.(ended.signal)
  while (!ended.signal.aborted) {
    try {
      show(await view.read())
    } catch (error) {
      if (!isPassing(error)) throw error
      printError(`${error.message} Trying again.`)
    }
    await (news?.wait() ?? sleep(everyMs, undefined, { signal: ended.signal }).catch(() => undefined))
  }
}

/** Whether the same request may well be answered later. */
const isPassing = (error: unknown): error is Error =>
  error instanceof RemoteError &&
  (error.code === 'unreachable' || error.code === 'timeout' || error.status === 429 || (error.status ?? 0) >= 500)

/** That Auth0 was read again is no change. */
const isTold = (name: string): boolean => name !== 'observedAt'

const toldOf = (answer: unknown): string =>
  JSON.stringify(answer, (name, value: unknown) => (isTold(name) ? value : undefined))

/** Whether nothing has happened between two answers. */
export const isSame = (one: unknown, other: unknown): boolean => toldOf(one) === toldOf(other)

const onChange = (): ((answer: unknown) => void) => {
  let last: { readonly answer: unknown } | undefined
  return (answer) => {
    if (last === undefined || !isSame(last.answer, answer)) printJson(answer)
    last = { answer }
  }
}

const onScreen =
  <Answer>({ lines, news }: View<Answer>): ((answer: Answer) => void) =>
  (answer) => {
    const shown = lines(answer)
    const room = Math.max(1, (process.stdout.rows || 24) - 4)
    const rest = shown.length - room
    const fit = rest > 0 ? [...shown.slice(0, room), `… and ${rest} more lines`] : shown
    const title = `${timeText(new Date().toISOString())}, ${news ? 'as it happens' : `every ${everyMs / 1000} s`}. Ctrl-C ends it.`
    // To the top left corner, and nothing below it.
    process.stdout.write('\u001B[H\u001B[J')
    print([title, '', ...fit].join('\n'))
  }
