import { z } from 'zod'
import { eventKindNames, eventKinds } from '../../domain/events.ts'
import { count, text } from '../routing/answers.ts'

/** What the events of a tenant tell: the `data` of each, as JSON. */

const kinds = eventKindNames.map((kind) => `\`${kind}\`: ${eventKinds[kind]}`).join('. ')

export const Event = z
  .strictObject({
    kind: z.enum(eventKindNames).describe(`${kinds}. Later versions may have more`),
    client: text.nullable().describe('The client that it is about; null for the tenant itself, or a Terraform state'),
    state: text.nullable().describe('The Terraform state that it is about'),
    revision: count
      .nullable()
      .describe('Grows with what happens to the client: of two events about it, the later has the higher one'),
  })
  .describe('What has happened. It names what changed, and has no values: read the client to see them')
  .meta({ id: 'Event' })
