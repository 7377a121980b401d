import { useEffect } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { base } from './base.ts'

/** An event names the client that it is about, and carries no values: whoever shows it reads it. */
const clientOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'client' in value ? value.client : undefined
  } catch {
    return undefined
  }
}

/**
 * Keeps what the page shows of a tenant up to date by its stream of events. A page that nobody looks at lets go of the
 * stream, as a browser has few connections to one server, and reads everything anew when it is looked at again.
 */
export const useLive = (tenantId: string | undefined): void => {
  const queries = useQueryClient()
  useEffect(() => {
    if (tenantId === undefined) return undefined
    let source: EventSource | undefined
    const renew = (queryKey: readonly string[]): void => {
      void queries.invalidateQueries({ queryKey })
    }
    const hear = ({ data }: MessageEvent<string>): void => {
      const client = clientOf(data)
      if (typeof client === 'string') renew(['tenant', tenantId, 'client', client])
      renew(['tenant', tenantId, 'lists'])
      renew(['tenant', tenantId, 'health'])
    }
    const open = (): void => {
      source = new EventSource(`${base}api/v1/tenants/${encodeURIComponent(tenantId)}/events`)
      source.addEventListener('message', hear)
      source.addEventListener('reset', () => renew(['tenant', tenantId]))
    }
    const follow = (): void => {
      if (document.hidden) {
        source?.close()
        source = undefined
      } else if (source === undefined) {
        open()
        renew(['tenant', tenantId])
      }
    }
    if (!document.hidden) open()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      source?.close()
    }
  }, [queries, tenantId])
}
