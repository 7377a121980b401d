import { z } from 'zod'
import { expiryOf } from '../../adapters/credentials/bearer.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import { measured } from '../../domain/texts/lengths.ts'
import { ClientId } from '../../domain/vocabulary.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { tenantOf } from '../http/access.ts'
import type { Admitting } from '../http/access.ts'
import { tooMany } from '../http/problem.ts'
import { parseQuery } from '../http/query.ts'
import { headerText } from '../http/request.ts'
import type { ApiRequest, StreamedResponse } from '../http/request.ts'
import { somePermission } from '../routing/requirement.ts'
import { eventStream } from './event-stream.ts'
import type { Streaming, StreamSettings } from './event-stream.ts'
import { pacedBody } from './paced-body.ts'
import { createVisible } from './visible.ts'

export const EventsQuery = z.strictObject({
  client: z
    .array(ClientId)
    .max(20)
    .optional()
    .describe(
      'Only events of this client, and those of the tenant itself, which concern all clients. May be repeated, 20 times at most',
    ),
  after: measured('cursor')
    .optional()
    .describe(
      'The `id` of an event to go on from, where the header `Last-Event-ID` is not at hand; the header counts more',
    ),
})

const parameters = 'client (which may be repeated) and after (the id of an event)'

export interface EventSettings extends StreamSettings {
  /** How long a reader may take for what was sent, milliseconds. */
  readonly stallMs: number
  /** How many streams a caller may have in one process. */
  readonly streamsOfCaller: number
}

type Looking = Admitting &
  Pick<Streaming, 'events' | 'wakeUps' | 'log'> & {
    readonly clients: Pick<Clients, 'accessRecords'>
    readonly settings: { readonly eventStreams: EventSettings }
  }

/** Counts the streams of callers. */
const createPlaces = (most: number) => {
  const taken = new Map<string, number>()
  return {
    /** @returns gives the place back @throws Problem 429 */
    take: ({ kind, id, application }: Caller): (() => void) => {
      const name = JSON.stringify([kind, id, application])
      const before = taken.get(name) ?? 0
      if (before >= most)
        throw tooMany(`This caller has ${most} streams of events here already. Close one; a page needs one only.`, 5000)
      taken.set(name, before + 1)
      return () => {
        const left = (taken.get(name) ?? 1) - 1
        if (left > 0) taken.set(name, left)
        else taken.delete(name)
      }
    },
  }
}

/** GET /v1/tenants/{tenantId}/events: what happens from now on, or since a position, as server-sent events. */
export const readEvents = (deps: Looking) => {
  const { eventStreams } = deps.settings
  const places = createPlaces(eventStreams.streamsOfCaller)
  const streaming = { ...deps, visible: createVisible(deps.clients), settings: eventStreams }
  return async (request: ApiRequest, caller: Caller): Promise<StreamedResponse> => {
    const query = parseQuery(EventsQuery, request.query, parameters, ['client'])
    const tenant = tenantOf(deps, request)
    const named = headerText(request.headers['last-event-id']) ?? query.after
    const leave = places.take(caller)
    try {
      // What was no position is one that nobody knows: whoever shows it has missed something.
      const after = named === undefined || named === '' ? undefined : positionIn(named)
      const page = await deps.events.after(tenant.id, after)
      const looking = {
        tenant,
        clientIds: query.client && new Set(query.client),
        caller,
        after,
        page,
        // It is no further request of theirs.
        identify: () => somePermission.admit({ ...deps, rate: () => 0 }, request),
        expiresAt: expiryOf(headerText(request.headers['authorization'])),
      }
      const body = pacedBody(eventStream(streaming, looking, request), eventStreams.stallMs, request.over)
      body.once('close', leave)
      return { status: 200, headers: streamHeaders, body }
    } catch (error) {
      leave()
      throw error
    }
  }
}

/** A position as it was told; a text that is none is one that no database has. */
const positionIn = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : -1)

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Else a closing server would keep the connection after its last answer.
  connection: 'close',
  // nginx would collect events until it has a buffer full.
  'x-accel-buffering': 'no',
}
