import { Readable } from 'node:stream'

/**
 * Texts as the body of an answer. Whoever does not take one in time is cut off: they hold a connection, and could not be
 * told that it is over. When they are over, nobody is waited for.
 *
 * @param stallMs how long one text may take
 */
export const pacedBody = (texts: AsyncIterable<string>, stallMs: number, over: AbortSignal): Readable => {
  const cutOff = (): void => void body.destroy()
  const body = Readable.from(timed(texts, stallMs, over, cutOff))
  return body
}

async function* timed(
  texts: AsyncIterable<string>,
  stallMs: number,
  over: AbortSignal,
  cutOff: () => void,
): AsyncGenerator<string> {
  for await (const text of texts) {
    const timer = setTimeout(cutOff, stallMs)
    over.addEventListener('abort', cutOff)
    try {
      // It goes on when the next text is wanted.
      yield text
    } finally {
      clearTimeout(timer)
      over.removeEventListener('abort', cutOff)
    }
  }
}
