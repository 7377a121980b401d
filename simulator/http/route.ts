import type { Answer } from './answer.ts'
import type { JsonObject } from '../json.ts'

/** A call as a route sees it. `scopes` are the token's; routes outside the Management API see none. */
export type Call = {
  method: string
  /** The tenant's scheme and domain, by the scheme of the call. */
  origin: string
  params: Record<string, string>
  query: URLSearchParams
  body: JsonObject
  headers: Record<string, string | string[] | undefined>
  scopes: ReadonlySet<string>
}

/** One line of a route table. `path` names its parameters `{so}`; `scopes` are those of which any one suffices. */
export type Route = {
  method: string
  path: string
  scopes?: readonly string[]
  /** Reads clients: counts in the bucket of its own that self-service plans have. */
  readsClients?: true
  /** The client that a write of this route changes, for the log of writes. */
  writes?: (call: Call, answer: Answer) => string | undefined
  handle: (call: Call) => Answer | Promise<Answer>
}

export type Found = { route: Route; params: Record<string, string> }

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Looks a call up in a table: by method and number of segments first, so that a table of dozens costs nothing. */
export const router = (routes: readonly Route[]): ((method: string, path: string) => Found | undefined) => {
  const byShape = new Map<string, { route: Route; segments: string[] }[]>()
  for (const route of routes) {
    const segments = route.path.split('/')
    const shape = `${route.method} ${segments.length}`
    byShape.set(shape, [...(byShape.get(shape) ?? []), { route, segments }])
  }
  return (method, path) => {
    const given = path.split('/')
    for (const { route, segments } of byShape.get(`${method} ${given.length}`) ?? []) {
      const params: Record<string, string> = {}
      const fits = segments.every((segment, index) => {
        const value = given[index] ?? ''
        if (!segment.startsWith('{')) return segment === value
        params[segment.slice(1, -1)] = decode(value)
        return value !== ''
      })
      if (fits) return { route, params }
    }
    return undefined
  }
}
