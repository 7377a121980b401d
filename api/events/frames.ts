import type { TenantEvent } from '../../domain/events.ts'
import { problemMembers } from '../http/problem.ts'
import type { Problem } from '../http/problem.ts'

/** Server-sent events as text: https://html.spec.whatwg.org/multipage/server-sent-events.html */

/** After how long somebody comes again whose stream has ended, milliseconds. */
const retryMs = 2000

const placed = (position: number): string => `id: ${position}\n`

/** JSON has no line breaks of its own, so that it is one line. */
const named = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n`

/** How far the stream has come, with nothing that a reader would be shown. */
export const heartbeatFrame = (position: number): string => `: still here\n${placed(position)}\n`

export const openingFrame = (position: number): string => `retry: ${retryMs}\n${placed(position)}\n`

/** Something may have been missed: whoever looks on reads everything again, and goes on from here. */
export const resetFrame = (position: number): string => `${placed(position)}${named('reset', {})}\n`

/** The stream is over, and why. */
export const endFrame = (problem: Problem): string => `${named('end', problemMembers(problem, null))}\n`

/** What an event tells. It has no name of its own, so that those of later versions reach every reader. */
const eventView = ({ kind, clientId, state, revision }: TenantEvent) => ({
  kind,
  client: clientId,
  state,
  revision,
})

export const eventFrame = (event: TenantEvent & { readonly position: number }): string =>
  `${placed(event.position)}data: ${JSON.stringify(eventView(event))}\n\n`
