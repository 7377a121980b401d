import { randomUUID } from 'node:crypto'
import { setInterval } from 'node:timers'
import type { Installation } from './installation.ts'
import { lostIssuer } from './installation.ts'

/**
 * What is asked for meanwhile, by kind: `changes` and what is read and refused beside them, or only what is read.
 */
export type LoadKind = 'normal' | 'reading'

export interface Load {
  readonly become: (kind: LoadKind) => void
  /** How often the API gave each status so far; 0 where it gave none. */
  readonly answers: ReadonlyMap<number, number>
  readonly stop: () => void
}

/** Clients that the load leaves alone: faults have them for themselves. */
const spared = 5

/** A change that no other is equal to. */
const someChange = (): string => JSON.stringify({ callbackUrls: [`https://app.example.com/${randomUUID()}`] })

/** Changes a client, and does not wait for Auth0. */
export const change = ({ ask }: Pick<Installation, 'ask'>, clientId: string): Promise<Response> =>
  ask(`/v1/tenants/acme/clients/${clientId}`, {
    method: 'PATCH',
    body: someChange(),
    headers: { prefer: 'respond-async' },
  })

const part = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url')

/** Reads with a token whose issuer cannot be asked for its keys. */
export const readAsLost = ({ ask, tenant }: Pick<Installation, 'ask' | 'tenant'>): Promise<Response> => {
  const claims = { iss: lostIssuer, aud: 'urn:nexus', sub: 'ann', exp: Math.floor(Date.now() / 1000) + 3600 }
  const token = `${part({ alg: 'RS256', kid: 'lost' })}.${part(claims)}.${Buffer.alloc(256).toString('base64url')}`
  const headers = { authorization: `Bearer ${token}` }
  return ask(`/v1/tenants/acme/clients/${tenant.clientIds[0]}`, { headers })
}

/** Asks some times a second, whatever comes back, until it is stopped. */
export const startLoad = (installation: Installation): Load => {
  const { ask, tenant } = installation
  const ids = tenant.clientIds.slice(spared)
  const answers = new Map<number, number>()
  let kind: LoadKind = 'normal'
  let turn = 0
  const note = async (asked: Promise<Response>): Promise<void> => {
    const status = await asked.then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      },
      () => 0,
    )
    answers.set(status, (answers.get(status) ?? 0) + 1)
  }
  const asOften = setInterval(() => {
    turn += 1
    const id = ids[turn % ids.length] ?? ''
    void note(ask(`/v1/tenants/acme/clients/${id}`))
    if (kind === 'reading') return
    if (turn % 2 === 0) void note(change(installation, id))
    // Not a URL: a mistake that callers make now and then.
    if (turn % 10 === 0)
      void note(ask(`/v1/tenants/acme/clients/${id}`, { method: 'PATCH', body: '{"callbackUrls":["no url"]}' }))
  }, 250)
  return {
    become: (next) => {
      kind = next
    },
    answers,
    stop: () => clearInterval(asOften),
  }
}
