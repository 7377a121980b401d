import { z } from 'zod'
import type { ApiResponse } from './request.ts'
import { isProblemCode, Problem } from './problem.ts'

/** Answers as they are kept: an answer or a problem as text, and back. A secret is in neither. */

const Headers = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

const KeptAnswer = z.object({
  status: z.literal([200, 202, 204]),
  headers: Headers,
  body: z.string().nullable(),
})
const KeptProblem = z.object({
  code: z.string().refine(isProblemCode),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  headers: Headers,
  extension: z.record(z.string(), z.unknown()),
})
const KeptText = z.union([z.object({ answer: KeptAnswer }), z.object({ problem: KeptProblem })])

export const keepAnswer = ({ status, headers, body }: ApiResponse): string =>
  JSON.stringify({ answer: { status, headers, body: body?.toString() ?? null } })

export const keepProblem = ({ code, message, errors, headers, extension }: Problem): string =>
  JSON.stringify({ problem: { code, detail: message, errors, headers, extension } })

/** What was answered before. */
export type Kept = ApiResponse | Problem

/** What was kept, as it was. */
export const readKept = (text: string): Kept => {
  const kept = KeptText.parse(JSON.parse(text))
  if ('answer' in kept) return kept.answer
  const { code, detail, ...more } = kept.problem
  return new Problem(code, detail, more)
}

/** A problem that was kept. */
export const problemIn = (kept: string): Problem => {
  const problem = readKept(kept)
  if (problem instanceof Problem) return problem
  throw new Error('What was kept is no problem.')
}
