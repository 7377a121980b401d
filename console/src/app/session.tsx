import { createContext, useContext } from 'react'
import { useQuery } from '@tanstack/react-query'
import { answered, refusedBy } from './problem.ts'
import { api } from './api.ts'
import type { Schemas } from './schemas.ts'
import { base } from './base.ts'

/** Who is signed in, and until when: times are ISO 8601. */
export interface Session {
  readonly user: {
    readonly id: string
    readonly name: string
    readonly email?: string
  }
  readonly signedInAt: string
  readonly expiresAt: string
  readonly idleUntil: string
  /** Until then, what asks for a recent sign-in is done without a new one. */
  readonly freshUntil: string
}

/** Undefined while it is not known yet, null where nobody is signed in. */
export const useSession = () =>
  useQuery({
    queryKey: ['session'],
    queryFn: async (): Promise<Session | null> => {
      const response = await fetch(`${base}session`, { headers: { accept: 'application/json' } })
      if (response.status === 401) return null
      const body: unknown = await response.json()
      if (!response.ok) throw refusedBy(response, body)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own server's answer
      return body as Session
    },
    staleTime: 60_000,
  })

export type Caller = Schemas['WhoAmI']

/** What the API knows of the caller: what they may not do is not shown. */
export const useWhoAmI = () =>
  useQuery({
    queryKey: ['whoami'],
    queryFn: async () => answered(await api.GET('/v1/whoami')),
    staleTime: 60_000,
  })

export const CallerContext = createContext<Caller | null>(null)

/** The caller, below the shell: they are known there. */
export const useCaller = (): Caller => {
  const caller = useContext(CallerContext)
  if (caller === null) throw new Error('There is no caller outside the shell.')
  return caller
}

let returns = false
/** Whether this page is left for the issuer's, which leads back to it: what is kept of it is not lost. */
export const comesBack = (): boolean => returns

/** Leads to the issuer, and back to this page. @param fresh also where somebody is signed in: they sign in again */
export const signIn = (fresh = false): void => {
  const here = location.pathname.slice(base.length - 1) + location.search + location.hash
  const query = new URLSearchParams({ return: here, ...(fresh ? { fresh: 'true' } : {}) })
  returns = true
  location.assign(`${base}sign-in?${query.toString()}`)
}

/** Ends the session here, and leads to the issuer, which ends its own. */
export const signOut = async (): Promise<void> => {
  const response = await fetch(`${base}sign-out`, { method: 'POST', headers: { accept: 'application/json' } })
  const body: unknown = response.ok ? await response.json() : {}
  const to = typeof body === 'object' && body !== null && 'location' in body ? body.location : undefined
  location.assign(typeof to === 'string' ? to : base)
}
