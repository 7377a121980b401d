import { z } from 'zod'
import { wholeClient } from '../clients/answers.ts'
import { Author, count, Issue, text, time } from '../routing/answers.ts'
import type { AnswerHeader } from '../routing/operation.ts'

/** What is answered about changes. */

/** Values in the shape of a request body. */
export const Values = z.record(text, z.unknown()).describe('Values in the shape of the request that brought them')

export const Change = z
  .strictObject({
    id: z.uuid(),
    tenantId: text,
    clientId: text,
    generation: count,
    status: z.enum(['accepted', 'applied', 'rejected', 'withdrawn']),
    values: Values,
    before: Values.nullable().describe(
      'What these fields were when it was accepted, as an `application/merge-patch+json` that undoes it; null of a change ' +
        'from before this was kept',
    ),
    author: Author,
    acceptedAt: time,
    settledAt: time.nullable(),
    refusal: z.strictObject({ reason: text, detail: text, errors: z.array(Issue) }).nullable(),
    supersededBy: z.uuid().nullable().describe('The later change of the same call whose values stand in its place'),
    warnings: z.array(Issue).optional().describe('What of it may not work, as it was said when it was accepted'),
    links: z.strictObject({ self: text, client: text, supersededBy: text.optional() }),
  })
  .meta({ id: 'Change' })

export const ChangePage = z
  .strictObject({ changes: z.array(Change), next: text.nullable().describe('The cursor of the next page') })
  .meta({ id: 'ChangePage' })

export const Operation = z
  .strictObject({
    id: z.uuid(),
    tenantId: text,
    author: Author,
    createdAt: time,
    counts: z.strictObject({
      undecided: count,
      refused: count,
      unchanged: count,
      accepted: count,
      applied: count,
      rejected: count,
      withdrawn: count,
    }),
    elements: z.array(
      z.strictObject({
        id: text,
        status: z.enum(['undecided', 'refused', 'unchanged', 'accepted', 'applied', 'rejected', 'withdrawn']),
        change: z.uuid().optional(),
        problem: z.looseObject({ type: text, title: text, status: z.int(), detail: text }).optional(),
        warnings: z.array(Issue).optional().describe('What of the change may not work'),
        links: z.strictObject({ change: text }).optional(),
      }),
    ),
    links: z.strictObject({ self: text }),
  })
  .describe('Changes of many clients in one request, and what has come of each')
  .meta({ id: 'Operation' })

/** Headers of every answer to a change of one client. */
const headersOfChange = [
  'ETag',
  'Nexus-Change',
  'Nexus-Owned',
  'Nexus-Sync',
  'Nexus-Warning',
  'Nexus-Replayed',
  'Preference-Applied',
] as const satisfies readonly AnswerHeader[]

/**
 * What a request is answered that changes one client.
 *
 * @param more headers that a 200 can have besides
 */
export const changeAnswers = (more: readonly AnswerHeader[] = []) => ({
  200: wholeClient('Auth0 has taken the change, and its reply has been read back', [...headersOfChange, ...more]),
  202: wholeClient('Accepted, and not finished within the wait: it will be applied, rejected or withdrawn', [
    ...headersOfChange,
    'Location',
    'Retry-After',
  ]),
})
