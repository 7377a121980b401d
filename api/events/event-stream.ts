import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { EventPage, Events } from '../../adapters/postgres/events/events.ts'
import type { WakeUps } from '../../adapters/postgres/events/wake-ups.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { unavailable } from '../http/problem.ts'
import { loggable, problemOf } from '../http/problem-of.ts'
import type { ApiRequest } from '../http/request.ts'
import { endFrame, eventFrame, heartbeatFrame, openingFrame, resetFrame } from './frames.ts'
import type { Visible } from './visible.ts'

/** Times of a stream, milliseconds. */
export interface StreamSettings {
  /** A stream on which nothing else is sent says so often that it is still there. */
  readonly heartbeatMs: number
  /** So often it is decided anew who the reader is. */
  readonly checkMs: number
  /** So often it is looked for events that nobody has told of. */
  readonly lookMs: number
}

export interface Streaming {
  readonly events: Pick<Events, 'after'>
  readonly wakeUps: Pick<WakeUps, 'wait' | 'count'>
  readonly visible: Visible
  readonly log: Pick<Log, 'error'>
  readonly settings: StreamSettings
}

/** Who looks on, and at what. */
export interface Looking {
  readonly tenant: TenantConfiguration
  /** Only events of these clients, and those that are about no client; undefined for all clients. */
  readonly clientIds: ReadonlySet<string> | undefined
  readonly caller: Caller
  /** The position that they go on from; undefined for who begins now. */
  readonly after: number | undefined
  /** What is read there. */
  readonly page: EventPage
  /** Who they are by now. @throws what `problemOf` knows, where they would not be let in any more */
  readonly identify: () => Promise<Caller>
  /** When their credentials end, milliseconds since 1970; Infinity where they do not say. */
  readonly expiresAt: number
}

/** Between two looks for events that a transaction before theirs holds back, milliseconds: at first, and at the most. */
const heldBackMs = { least: 50, most: 1000 }

/**
 * What somebody is sent for as long as they are let in, and at the end why it is over: texts of whole frames. The next is
 * made when the one before was taken, so that a slow reader costs nothing.
 */
export async function* eventStream(
  streaming: Streaming,
  looking: Looking,
  { gone, closing, over }: Pick<ApiRequest, 'gone' | 'closing' | 'over'>,
): AsyncGenerator<string> {
  try {
    yield* frames(streaming, looking, AbortSignal.any([gone, over]))
    const why = closing.aborted ? 'This server is shutting down.' : 'This server has a new configuration.'
    if (!gone.aborted) yield endFrame(unavailable(`${why} Go on from the last id.`, 1000))
  } catch (error) {
    const problem = problemOf(error)
    if (problem.status >= 500) streaming.log.error({ error: loggable(error) }, 'a stream of events failed')
    yield endFrame(problem)
  }
}

async function* frames(
  { events, wakeUps, visible, settings }: Streaming,
  { tenant, clientIds, caller: known, after, page: first, identify, expiresAt }: Looking,
  over: AbortSignal,
): AsyncGenerator<string> {
  const checkIn = (): number => {
    const left = expiresAt - Date.now()
    return left > 0 ? Math.min(settings.checkMs, left) : settings.checkMs
  }
  let caller = known
  let page = first
  /** Wake-ups before the page was read. */
  let seen = -1
  let sentAt = performance.now()
  let checkAt = sentAt + checkIn()
  let heldMs = heldBackMs.least
  yield openingFrame(page.whole && after !== undefined ? after : page.upTo)
  let isWhole = page.whole || after === undefined
  for (;;) {
    const isVisible = await visible(page, tenant, caller)
    const shown = page.events
      .filter((event) => event.clientId === null || (clientIds?.has(event.clientId) ?? true))
      .filter(isVisible)
      .map(eventFrame)
    if (!isWhole) shown.push(resetFrame(page.upTo))
    if (shown.length === 0 && performance.now() >= sentAt + settings.heartbeatMs) shown.push(heartbeatFrame(page.upTo))
    if (shown.length > 0) {
      yield shown.join('')
      sentAt = performance.now()
    }
    heldMs = page.heldBack ? Math.min(2 * heldMs, heldBackMs.most) : heldBackMs.least
    const now = performance.now()
    const waitMs = Math.min(
      page.heldBack ? heldMs : settings.lookMs,
      checkAt - now,
      sentAt + settings.heartbeatMs - now,
    )
    if (!page.more) await wakeUps.wait(seen, Math.max(0, waitMs), over)
    if (over.aborted) return
    if (performance.now() >= checkAt) {
      caller = await identify()
      checkAt = performance.now() + checkIn()
    }
    seen = wakeUps.count()
    page = await events.after(tenant.id, page.upTo)
    isWhole = page.whole
  }
}
