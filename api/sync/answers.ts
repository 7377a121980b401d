import { z } from 'zod'
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
