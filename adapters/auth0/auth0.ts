import { randomUUID } from 'node:crypto'
import { ClientsClient } from 'auth0/clients'
import { z } from 'zod'
import type { LeftOut } from '../../domain/clients/left-out.ts'
import { isText, recordOf } from '../../domain/shape.ts'
import { printable } from '../../domain/texts/printable.ts'
import { ClientId } from '../../domain/vocabulary.ts'
import type { Auth0Client, ClientKey } from '../../domain/vocabulary.ts'
import type { Failure, RateReading, Reply } from '../../domain/changes/verdict.ts'
import type { Http } from '../http/http.ts'
import { Unreachable } from '../http/unreachable.ts'
import { safeMessage, strip } from './strip.ts'
import { createTokens, TokenFailure } from './tokens.ts'
import type { Tokens, TokenSettings } from './tokens.ts'

/** One Auth0 tenant, as far as it has to be known to call it. */
export interface Auth0Tenant {
  readonly id: string
  /** `https://<domain>/api/v2` */
  readonly baseUrl: string
  readonly token: TokenSettings
}

/** A page of a tenant's clients; `next` is where the following page begins, undefined after the last. */
export interface ClientPage {
  readonly clients: readonly { readonly clientId: string; readonly client: Auth0Client }[]
  /** Elements of the page that cannot be handled. */
  readonly leftOut: readonly LeftOut[]
  readonly next: string | undefined
}

const Client = z.looseObject({ client_id: z.string().min(1) })
const Secret = z.object({ client_secret: z.string().nullish() })
const Page = z.object({ clients: z.array(z.unknown()), next: z.string().nullish() })
const ErrorBody = z.object({
  statusCode: z.number().optional(),
  error: z.string(),
  message: z.string(),
  errorCode: z.string().optional(),
})
const Thrown = z.object({
  statusCode: z.number().optional(),
  body: z.unknown(),
  rawResponse: z.object({ headers: z.instanceof(Headers) }).optional(),
})

/** The cause of an error of the SDK's, where no answer came. */
const Silent = z.object({ cause: z.instanceof(Unreachable) })

/**
 * `fetch` as the SDK takes one, on the client that everything goes out by.
 *
 * @throws Unreachable
 */
const fetchOn =
  (http: Http): typeof fetch =>
  async (input, { method, headers, body, signal } = {}) => {
    if (input instanceof globalThis.Request || (body !== undefined && body !== null && typeof body !== 'string'))
      throw new TypeError('The SDK sends addresses and texts only.')
    const answer = await http.ask(String(input), {
      method: method ?? 'GET',
      headers: Object.fromEntries(new Headers(headers)),
      ...(typeof body === 'string' ? { body } : {}),
      deadline: signal ?? new AbortController().signal,
    })
    return new Response(answer.body.length === 0 ? null : new Uint8Array(answer.body), answer)
  }

/**
 * The Auth0 Management API about clients. Every answer is a `Reply`: nothing of the SDK leaves this folder, and no
 * secret but by `readSecret`. The SDK's own retries are off: they would sleep inside a job, deaf to its lease.
 *
 * @param timeoutMs of one call, the answer's body included
 * @param onSilence told of each call that got no answer, and why
 * @param overdue aborted when no answer is waited for any more: calls end as if theirs had not come in time
 */
export const createAuth0 = (
  http: Http,
  tenants: readonly Auth0Tenant[],
  timeoutMs: number,
  onSilence: (tenantId: string, reason: string) => void = () => undefined,
  overdue: AbortSignal = new AbortController().signal,
) => {
  const connections = new Map(
    tenants.map((tenant): [string, Connection] => {
      const tokens = createTokens(http, tenant.token, timeoutMs)
      const sdk = new ClientsClient({ baseUrl: tenant.baseUrl, token: tokens.get, maxRetries: 0, fetch: fetchOn(http) })
      return [tenant.id, { sdk, tokens }]
    }),
  )
  const ask = async <Body>(tenantId: string, request: Request<Body>): Promise<Reply<Body>> => {
    const connection = connections.get(tenantId)
    if (connection === undefined) throw new Error(`The tenant ${tenantId} is not configured.`)
    const reply = await call(connection, AbortSignal.any([AbortSignal.timeout(timeoutMs), overdue]), request)
    if (!reply.ok && reply.status === null) onSilence(tenantId, reply.message)
    return reply
  }
  const options = (signal: AbortSignal, correlation: string = randomUUID()): RequestOptions => ({
    maxRetries: 0,
    timeoutInSeconds: timeoutMs / 1000,
    abortSignal: signal,
    headers: { 'X-Correlation-ID': correlation },
  })

  return {
    /** Reads one client. */
    get: ({ tenantId, clientId }: ClientKey): Promise<Reply<Auth0Client>> =>
      ask(tenantId, (sdk, signal) =>
        sdk.get(clientId, {}, options(signal)).withRawResponse().then(parseAs(Client, strip)),
      ),

    /**
     * Reads one client's secret, and nothing else of it, for the one answer that was asked for it. Null where Auth0 does
     * not show it: that takes the scope `read:client_keys`. Source: Auth0's documents of `GET /api/v2/clients/{id}`.
     */
    readSecret: ({ tenantId, clientId }: ClientKey): Promise<Reply<string | null>> =>
      ask(tenantId, (sdk, signal) =>
        sdk
          .get(clientId, { fields: 'client_secret', include_fields: true }, options(signal))
          .withRawResponse()
          .then(parseAs(Secret, (client) => client.client_secret ?? null)),
      ),

    /**
     * Sends one PATCH.
     *
     * @param members the body: only members that Nexus means to change
     * @param correlation at most 64 characters, found again in the tenant's logs: the change's id
     */
    update: (
      { tenantId, clientId }: ClientKey,
      members: Readonly<Record<string, unknown>>,
      correlation: string,
    ): Promise<Reply<Auth0Client>> =>
      ask(tenantId, (sdk, signal) =>
        sdk.update(clientId, members, options(signal, correlation)).withRawResponse().then(parseAs(Client, strip)),
      ),

    /**
     * One page of all clients of a tenant, by checkpoint: any number of clients can be listed.
     *
     * @param from where the page begins; undefined for the first
     * @param take clients on a page, at most `pageSize`
     */
    list: (tenantId: string, from: string | undefined, take: number): Promise<Reply<ClientPage>> =>
      ask(tenantId, async (sdk, signal) => {
        const queryParams = { take, ...(from === undefined ? {} : { from }) }
        const page = await sdk.list(
          { per_page: null, page: null, include_totals: null },
          { ...options(signal), queryParams },
        )
        return parseAs(Page, toPage)({ data: page.response, rawResponse: page.rawResponse })
      }),
  }
}

export type Auth0 = ReturnType<typeof createAuth0>

interface Connection {
  readonly sdk: ClientsClient
  readonly tokens: Tokens
}
type RequestOptions = ClientsClient.RequestOptions
type Request<Body> = (sdk: ClientsClient, signal: AbortSignal) => Promise<Reply<Body>>

/** One odd element stops no list. */
const toPage = ({ clients, next }: z.infer<typeof Page>): ClientPage => {
  const elements = clients.map(recordOf)
  const named = elements.map((client) => ({ client, id: ClientId.safeParse(client['client_id']) }))
  return {
    clients: named.flatMap(({ client, id }) => (id.success ? [{ clientId: id.data, client: strip(client) }] : [])),
    leftOut: named.flatMap(({ client, id }) => (id.success ? [] : [withoutId(client)])),
    next: next ?? undefined,
  }
}

/** The longest part of an id that is shown where it is none. */
const shownOfId = 64

const withoutId = ({ client_id: id }: Readonly<Record<string, unknown>>): LeftOut => ({
  client: isText(id) && id !== '' ? printable(id.slice(0, shownOfId)) : null,
  reason: isText(id)
    ? 'The client is left out: its id cannot be handled, because it is too long, "." or "..", or holds what cannot be seen.'
    : 'An element of the list is left out: it is no client with an id.',
})

/** Makes a call, once more with a new token when the first one is refused; both within one deadline. */
const call = async <Body>(
  { sdk, tokens }: Connection,
  signal: AbortSignal,
  request: Request<Body>,
): Promise<Reply<Body>> => {
  const attempt = async (): Promise<{ reply: Reply<Body>; token?: string }> => {
    let token: string | undefined
    try {
      token = await deadline(tokens.get(), signal)
      return { reply: await deadline(request(sdk, signal), signal), token }
    } catch (error) {
      return { reply: replyOf(error), ...(token === undefined ? {} : { token }) }
    }
  }
  const first = await attempt()
  if (first.reply.ok || first.reply.status !== 401 || first.token === undefined) return first.reply
  tokens.drop(first.token)
  return (await attempt()).reply
}

/** Ends a wait for a token, too, which another call may have asked for, with a deadline of its own. */
const deadline = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const expire = (): void => {
      reject(new Error('The deadline has passed.'))
    }
    signal.addEventListener('abort', expire, { once: true })
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', expire)
    })
  })

const noRate: RateReading = { remaining: null, resetIn: null }

const parseAs =
  <Schema extends z.ZodType, Body>(schema: Schema, to: (parsed: z.infer<Schema>) => Body) =>
  ({ data, rawResponse }: { data: unknown; rawResponse: { headers: Headers } }): Reply<Body> => {
    const parsed = schema.safeParse(data)
    const rate = rateOf(rawResponse.headers)
    return parsed.success
      ? { ok: true, body: to(parsed.data), rate }
      : { ok: false, rate, ...silence('The answer is not what the Management API answers.') }
  }

const silence = (message: string): Failure => ({
  status: null,
  errorCode: null,
  fromAuth0: false,
  message,
  retryAfter: null,
})

/** What an error of the SDK says. Its own message quotes the whole body, so it is never passed on. */
const replyOf = (error: unknown): Reply<never> => {
  if (error instanceof TokenFailure) return { ok: false, rate: noRate, ...error.failure }
  const thrown = Thrown.safeParse(error)
  if (!thrown.success || thrown.data.statusCode === undefined) {
    const said = Silent.safeParse(error).data?.cause.said ?? 'it did not answer in time'
    return { ok: false, rate: noRate, ...silence(`No complete answer came from Auth0: ${said}.`) }
  }
  const { statusCode, body, rawResponse } = thrown.data
  const known = ErrorBody.safeParse(body)
  const headers = rawResponse?.headers ?? new Headers()
  return {
    ok: false,
    rate: rateOf(headers),
    status: statusCode,
    errorCode: known.success ? (known.data.errorCode ?? null) : null,
    fromAuth0: known.success,
    message: known.success
      ? safeMessage(known.data.message)
      : `An answer with status ${statusCode} that is not Auth0's.`,
    retryAfter: numberIn(headers, 'retry-after'),
  }
}

const numberIn = (headers: Headers, name: string): number | null => {
  const text = headers.get(name)
  const value = text === null || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : null
}

/** The reset is a time of Auth0's clock, so it is measured against the answer's own `Date`. */
const rateOf = (headers: Headers): RateReading => {
  const reset = numberIn(headers, 'x-ratelimit-reset')
  const date = Date.parse(headers.get('date') ?? '')
  return {
    remaining: numberIn(headers, 'x-ratelimit-remaining'),
    resetIn: reset === null || Number.isNaN(date) ? null : Math.max(0, reset - date / 1000),
  }
}
