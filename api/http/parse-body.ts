import type { z } from 'zod'
import { pointerTo } from '../../domain/texts/json-text.ts'
import { parseJson } from './json.ts'
import { Problem } from './problem.ts'

/** A body, by the schema that says what it may be. @throws Problem 400 with a pointer for each mistake */
export const parseBody = <T>(schema: z.ZodType<T>, bytes: Uint8Array): T => {
  const parsed = schema.safeParse(parseJson(bytes))
  if (parsed.success) return parsed.data
  throw new Problem('malformed', 'The body does not have the members that belong here.', {
    errors: parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: 'There is no such member.' }))
        : [{ pointer: pointerTo(issue.path), detail: issue.message }],
    ),
  })
}
