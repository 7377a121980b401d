import { useEffect } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import type { QueryKey } from '@tanstack/react-query'
import { base } from './base.ts'
import { gathering } from './gathering.ts'

/** An event names the client that it is about, and carries no values: whoever shows it reads it. */
const clientOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'client' in value ? value.client : undefined
  } catch {
    return undefined
  }
}

/** Events of so long, in milliseconds, are looked at together: many changes at once make each list be read once. */
const gatherMs = 150
/** While events go on and on, what they are about is read again once that has arrived; after so long in any case. */
const mostMs = 5000
/** How long until a stream is asked for again that a server has refused; one whose connection is lost asks by itself. */
const againMs = 5000

interface Stream {
  /** Told what has changed, as beginnings of the keys that it is kept under. */
  readonly renew: (key: QueryKey) => Promise<void>
}

/** Follows the events of a tenant for as long as the page is looked at. @returns ends it */
const follow = (tenantId: string, { renew }: Stream): (() => void) => {
  const tenant = ['tenant', tenantId]
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  const changed = new Set<string>()

  const telling = gathering(
    async () => {
      const keys = [...[...changed].map((client) => ['client', client]), ['lists'], ['health']]
      changed.clear()
      await Promise.all(keys.map(async (key) => renew([...tenant, ...key])))
    },
    gatherMs,
    mostMs,
  )
  const hear = ({ data }: MessageEvent<string>): void => {
    const client = clientOf(data)
    if (typeof client === 'string') changed.add(client)
    telling.ask()
  }
  const close = (): void => {
    clearTimeout(again)
    telling.stop()
    changed.clear()
    source?.close()
    source = undefined
  }
  const open = (): void => {
    let hasBegun = false
    source = new EventSource(`${base}api/v1/tenants/${encodeURIComponent(tenantId)}/events`)
    source.addEventListener('message', hear)
    source.addEventListener('reset', () => void renew(tenant))
    // It says why it is over; whether somebody is still signed in, the session says.
    source.addEventListener('end', () => void renew(['session']))
    // A stream tells of nothing before it begins: what was read until then is read again. One that was lost goes on where it was.
    source.addEventListener('open', () => {
      if (!hasBegun) void renew(tenant)
      hasBegun = true
    })
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return
      void renew(tenant)
      again = setTimeout(reopen, againMs)
    })
  }
  const reopen = (): void => {
    close()
    if (!document.hidden) open()
  }
  if (!document.hidden) open()
  document.addEventListener('visibilitychange', reopen)
  return () => {
    document.removeEventListener('visibilitychange', reopen)
    close()
  }
}

/**
 * Keeps what the page shows of a tenant up to date by its stream of events. A page that nobody looks at lets go of the
 * stream, as a browser has few connections to one server, and reads everything anew when it is looked at again.
 */
export const useLive = (tenantId: string | undefined): void => {
  const queries = useQueryClient()
  useEffect(
    () =>
      tenantId === undefined
        ? undefined
        : follow(tenantId, { renew: async (queryKey) => queries.invalidateQueries({ queryKey }) }),
    [queries, tenantId],
  )
}
