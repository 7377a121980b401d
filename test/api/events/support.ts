import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { applicationToken } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'

const Data = z.record(z.string(), z.unknown())

/** A message of a stream, or a comment of it. */
export interface Message {
  readonly comment: string | null
  readonly id: string | null
  readonly event: string
  readonly data: Record<string, unknown> | null
}

/** One block of a stream, as the standard reads it. */
const messageOf = (block: string): Message => {
  const lines = block.split('\n')
  const field = (name: string): string | null =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null
  const data = field('data')
  return {
    comment: lines.find((line) => line.startsWith(':')) ?? null,
    id: field('id'),
    event: field('event') ?? 'message',
    data: data === null ? null : Data.parse(JSON.parse(data)),
  }
}

/** Somebody who looks on, with all that they have been sent so far. */
export interface Reader {
  readonly status: number
  readonly headers: Headers
  readonly messages: readonly Message[]
  /** The events among them. */
  readonly events: () => Record<string, unknown>[]
  /** The last id that they have seen. */
  readonly lastId: () => string
  /** Resolves when the stream is over, as the server ended it. */
  readonly ended: Promise<void>
  readonly close: () => void
}

export interface ReaderOptions {
  /** Where the API listens, if not at the stack's own address. */
  readonly url?: string
  /** A Bearer token. */
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Of the address, with the question mark. */
  readonly query?: string
  readonly lastId?: string
}

/** Looks on at the tenant `acme`. */
export const lookOn = async (stack: Stack, options: ReaderOptions = {}): Promise<Reader> => {
  const gone = new AbortController()
  const { url = stack.url, as = stack.token(), headers = {}, query = '', lastId } = options
  const usual = { authorization: `Bearer ${as}`, 'x-application-token': applicationToken }
  const answer = await fetch(`${url}/v1/tenants/acme/events${query}`, {
    headers: { ...usual, ...headers, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
    signal: gone.signal,
  })
  const messages: Message[] = []
  const read = async (): Promise<void> => {
    if (answer.body === null || answer.status !== 200) return
    let rest = ''
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const blocks = `${rest}${chunk}`.split('\n\n')
      rest = blocks.pop() ?? ''
      messages.push(...blocks.map(messageOf))
    }
  }
  const ended = read()
  // Closed by the reader, it does not end well.
  ended.catch(() => undefined)
  const close = (): void => gone.abort()
  onTestFinished(close)
  return {
    status: answer.status,
    headers: answer.headers,
    messages,
    events: () => messages.flatMap(({ event, data }) => (event === 'message' && data !== null ? [data] : [])),
    lastId: () => messages.findLast(({ id }) => id !== null)?.id ?? '',
    ended,
    close,
  }
}

/** A connection on which the events of the tenant `acme` come, for somebody who takes them when they like. */
export const bareConnection = (stack: Stack, as: string): Socket => {
  const { hostname, port } = new URL(stack.url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  socket.write(
    `GET /v1/tenants/acme/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${as}\r\n` +
      `x-application-token: ${applicationToken}\r\n\r\n`,
  )
  return socket
}
