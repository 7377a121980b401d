import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

/**
 * A request's body, whole. On any error the rest of it stays unread and the connection open, so that the answer can
 * still be sent.
 *
 * @throws Problem 413 above the limit, without reading on; 400 where the body broke off
 */
export const readBody = async (request: IncomingMessage, limitBytes: number): Promise<Uint8Array> => {
  const tooLarge = new Problem('body-too-large', `A body may have ${limitBytes} bytes at most.`)
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge
  const chunks: Buffer[] = []
  let size = 0
  try {
    const incoming: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }),
    }
    for await (const chunk of incoming) {
      if (!Buffer.isBuffer(chunk)) continue
      size += chunk.length
      if (size > limitBytes) throw tooLarge
      chunks.push(chunk)
    }
  } catch (error) {
    if (error === tooLarge) throw tooLarge
    throw new Problem('malformed', 'The connection ended before the body was complete.')
  }
  return Buffer.concat(chunks, size)
}
