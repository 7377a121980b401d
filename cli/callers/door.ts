import { z } from 'zod'
import type { Remote } from '../../adapters/nexus-api/client.ts'
import type { RegisteredKind } from '../../domain/access/registered.ts'

/** What differs between the two kinds, in words. */
export interface Kind {
  readonly kind: RegisteredKind
  readonly command: string
  readonly what: string
  /** `what` with its article. */
  readonly one: string
  readonly secret: 'token' | 'password'
  readonly how: string
  readonly permission: string
  readonly example: string
}

/** A caller as the API answers it, and as the store is shown. Members that are not named here are kept. */
export const CallerView = z.looseObject({
  name: z.string(),
  source: z.string(),
  status: z.string(),
  tenants: z.union([z.literal('*'), z.array(z.string())]),
  permissions: z.array(z.string()).nullable(),
  expiresAt: z.string().nullable(),
  /** A server that was not upgraded yet does not say it. */
  lastUsedAt: z.string().nullable().default(null),
  previousSecret: z.looseObject({ validUntil: z.string().nullable() }).nullable(),
})
export type CallerView = z.infer<typeof CallerView>

/** What was made, with its secret: it is shown once. */
export interface Issued {
  readonly view: CallerView
  readonly secret: string
}

/** Where callers are looked after: through the API, or in the store of a configuration. */
export interface CallersDoor {
  readonly list: () => Promise<readonly CallerView[]>
  readonly create: (asked: Readonly<Record<string, unknown>>) => Promise<Issued>
  /** @param asked members as the API takes them; what is not named stays */
  readonly change: (name: string, asked: Readonly<Record<string, unknown>>) => Promise<CallerView>
  readonly rotate: (name: string, overlapSeconds: number) => Promise<Issued>
  readonly retire: (name: string) => Promise<CallerView>
  readonly revoke: (name: string) => Promise<void>
}

/** Through the API, as an administrator of tenants. */
export const doorOfApi = ({ command, secret }: Kind, remote: Remote): CallersDoor => {
  const all = `/v1/admin/${command}`
  const single = (name: string): string => `${all}/${encodeURIComponent(name)}`
  const WithSecret = CallerView.extend({ [secret]: z.string() })
  const issued = (answer: z.infer<typeof WithSecret>): Issued => {
    const { [secret]: issuedSecret, ...view } = answer
    return { view: CallerView.parse(view), secret: String(issuedSecret) }
  }
  return {
    list: async () => (await remote.json('GET', all, z.looseObject({ [command]: z.array(CallerView) })))[command] ?? [],
    create: async (body) => issued(await remote.json('POST', all, WithSecret, { body })),
    change: (name, body) => remote.json('PATCH', single(name), CallerView, { body }),
    rotate: async (name, overlapSeconds) =>
      issued(await remote.json('POST', `${single(name)}/rotate`, WithSecret, { body: { overlapSeconds } })),
    retire: (name) => remote.json('POST', `${single(name)}/retire`, CallerView),
    revoke: async (name) => void (await remote.granted('DELETE', single(name))),
  }
}
