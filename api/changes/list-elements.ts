import type { Ask } from '../http/request.ts'
import { Problem } from '../http/problem.ts'

/** Which client of the list a tag would be about, nobody could say. @throws Problem 400 */
export const refuseIfMatch = (ask: Ask): void => {
  if (ask.headers['if-match'] !== undefined)
    throw new Problem('malformed', 'A list of changes takes no If-Match; send that client a PATCH of its own.')
}

/** Worked on at the same time: a request must not keep every connection of the pool. */
const atOnce = 8

/** Works on a few at a time; once one has thrown, no further one is begun. */
export const eachOf = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  // All take from one generator, which a loop that ends early closes for the others too.
  const queue = (function* () {
    yield* items
  })()
  const run = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
}
