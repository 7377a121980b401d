import { z } from 'zod'
import { waitingReasons } from '../../domain/changes/waiting.ts'
import { FieldPath, FieldValue } from '../clients/answers.ts'
import { count, text, time } from '../routing/answers.ts'
import { Standing } from '../terraform/answers.ts'
import { Change, Values } from '../changes/answers.ts'

/** What is answered about how a client stands. */

const Condition = z
  .strictObject({
    type: z.enum(['Synced', 'Drifted', 'Stalled', 'Paused']),
    status: z.enum(['True', 'False']),
    reason: text,
    message: text,
    settledGeneration: count,
    since: time.nullable(),
  })
  .meta({ id: 'Condition' })

export const Sync = z
  .strictObject({
    desired: Values,
    observed: Values,
    observedAt: time,
    owned: z.array(FieldPath),
    pending: z.array(Change),
    waiting: z
      .strictObject({
        reason: z.enum(waitingReasons),
        detail: text.describe('A sentence for people'),
        since: time.nullable().describe('Since when that stands in the way, where it is known'),
        until: time
          .nullable()
          .describe('When it ends at the latest, or when the next try is; null where nobody can tell'),
      })
      .nullable()
      .describe('Why what waits is not in Auth0 yet; null where nothing waits'),
    generation: count,
    settledGeneration: count,
    drift: z.array(
      z.strictObject({
        field: FieldPath,
        class: z.enum(['reordered', 'terraform', 'out-of-band']),
        confirmed: FieldValue,
        observed: FieldValue,
      }),
    ),
    conditions: z.array(Condition),
    nextTryAt: time.nullable(),
    lastFailure: text.nullable(),
    terraform: Standing,
  })
  .describe('Desired and observed side by side, and what is between them')
  .meta({ id: 'Sync' })
