import { z } from 'zod'
import { eventKindNames, eventKinds } from '../../domain/events.ts'
import { count, text } from '../routing/answers.ts'

/** What the stream of a tenant's events is made of. */

const kinds = eventKindNames.map((kind) => `\`${kind}\`: ${eventKinds[kind]}`).join('. ')

const Event = z
  .strictObject({
    kind: z.enum(eventKindNames).describe(`${kinds}. Later versions may have more`),
    client: text.nullable().describe('The client that it is about; null for the tenant itself, or a Terraform state'),
    state: text.nullable().describe('The Terraform state that it is about'),
    revision: count
      .nullable()
      .describe('Grows with what happens to the client: of two events about it, the later has the higher one'),
  })
  .describe('What has happened. It names what changed, and has no values: read the client to see them')

/** As JSON Schema, for a text that holds it. What is no event is an object too: nothing, or a Problem. */
const { $schema: _, ...eventSchema } = z.toJSONSchema(Event)
const contentSchema = { anyOf: [eventSchema, { type: 'object', description: 'With `reset` and `end`' }] }

/** One message of the stream, as server-sent events have it: `data` is a text. */
export const EventMessage = z
  .strictObject({
    id: text.optional().describe('Where to go on from: `Last-Event-ID`, or `after`'),
    event: z
      .enum(['message', 'reset', 'end'])
      .optional()
      .describe('Absent, which stands for `message`, for an event of the tenant; otherwise what the message is'),
    data: text
      .meta({ contentMediaType: 'application/json', contentSchema })
      .describe('An event, as JSON; nothing (`{}`) with `reset`, a Problem with `end`'),
  })
  .describe('A message of the stream')
  .meta({ id: 'EventMessage' })
