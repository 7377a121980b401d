import type { IncomingMessage } from 'node:http'
import { Problem, unavailable } from './problem.ts'

/**
 * A request's body, whole. On any error the rest of it stays unread and the connection open, so that the answer can
 * still be sent.
 *
 * @param overdue aborted when nobody waits for it any more
 * @throws Problem 413 above the limit, without reading on; 400 where the body broke off; 503 where it came too late
 */
export const readBody = (request: IncomingMessage, limitBytes: number, overdue: AbortSignal): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', onLost).off('error', onLost)
      overdue.removeEventListener('abort', onOverdue)
    }
    const refuse = (problem: Problem): void => {
      end()
      request.pause()
      reject(problem)
    }
    const tooLarge = (): void => refuse(new Problem('body-too-large', `A body may have ${limitBytes} bytes at most.`))
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limitBytes) tooLarge()
      else chunks.push(chunk)
    }
    const onEnd = (): void => {
      end()
      resolve(Buffer.concat(chunks, size))
    }
    const onLost = (): void => refuse(new Problem('malformed', 'The connection ended before the body was complete.'))
    const onOverdue = (): void =>
      refuse(unavailable('This server is shutting down, and the body had not arrived. Send it again.', 1000))
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) tooLarge()
    else if (request.destroyed) onLost()
    else if (overdue.aborted) onOverdue()
    else {
      overdue.addEventListener('abort', onOverdue, { once: true })
      request.on('data', onData).once('end', onEnd).once('close', onLost).once('error', onLost)
    }
  })
