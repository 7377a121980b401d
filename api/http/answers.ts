import { z } from 'zod'
import { problems } from './problem.ts'

/**
 * What answers are made of, for the document and for whoever generates a client from it. Requests are parsed with the
 * schemas of their stages; what is answered is built by pure views, and a test holds those to these.
 */

export const time = z.iso.datetime()
export const text = z.string()
export const texts = z.array(z.string())
export const seconds = z.int32().meta({ format: 'int32' })
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
    type: z.enum(Object.keys(problems).map((code) => `/problems/${code}`)).describe('What kind of problem it is'),
    title: text,
    status: z.int(),
    detail: text.describe('A sentence for people, with what to do'),
    instance: text.optional().describe('The path that was asked for'),
    errors: z.array(Issue).optional(),
  })
  .describe('A problem (RFC 9457)')
  .meta({ id: 'Problem' })
