import { z } from 'zod'
import { text } from '../routing/answers.ts'

/** What probes are answered. */

export const Readiness = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    queue: text.optional().describe('Why the worker is not woken; changes are accepted, and wait'),
  })
  .meta({ id: 'Readiness' })

export const Ok = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Ok' })
