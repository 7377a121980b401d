import { z } from 'zod'

/**
 * What answers are made of, for the document and for whoever generates a client from it. Requests are parsed with the
 * schemas of their stages; what is answered is built by pure views, and a test holds those to these.
 */

export const time = z.iso.datetime()
export const text = z.string()
export const texts = z.array(z.string())
/** A number of 32 bits: a status, or a time in seconds. */
export const int32 = z.int32().meta({ format: 'int32' })
export const count = z.int().nonnegative()

export const Author = z
  .strictObject({
    kind: z.enum(['user', 'service-account', 'policy']),
    id: text,
    application: text.nullable().describe('The calling application; null for a service account or a policy'),
  })
  .meta({ id: 'Author' })

export const Issue = z
  .strictObject({
    pointer: text.describe('A JSON pointer (RFC 6901) into the body'),
    detail: text,
  })
  .meta({ id: 'Issue' })

export const ProblemDetails = z
  .looseObject({
    type: text.meta({ format: 'uri-reference' }).describe('What kind of problem it is: where a page tells about it'),
    title: text,
    status: int32,
    detail: text.describe('A sentence for people, with what to do'),
    instance: text.optional().describe('The path that was asked for'),
    errors: z.array(Issue).optional(),
    traceId: text.optional().describe('The id of the trace (W3C Trace Context), where this installation keeps traces'),
  })
  .describe('A problem (RFC 9457)')
  .meta({ id: 'Problem' })
