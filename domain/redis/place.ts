import { placeOf } from '../texts/web-address.ts'

/** Where the queue's Redis is, and what was found there: told without user names and passwords. */

interface Address {
  readonly host: string
  readonly port: number
}

/** How a Redis is configured: one server, the primary that Sentinels name, or a cluster. */
export type RedisPlaces =
  | { readonly url: string }
  | { readonly sentinel: { readonly name: string; readonly nodes: readonly Address[] } }
  | { readonly cluster: { readonly nodes: readonly Address[] } }

/** The setting that says where it is, which is also its kind. */
export type RedisKind = 'url' | 'sentinel' | 'cluster'

export const kindOf = (place: RedisPlaces): RedisKind =>
  'url' in place ? 'url' : 'sentinel' in place ? 'sentinel' : 'cluster'

/** An address as it is written: IPv6 in brackets. */
export const addressText = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

const addressesText = (nodes: readonly Address[]): string => nodes.map(addressText).join(', ')

/** Where it is, by its configuration. */
export const redisPlaceText = (place: RedisPlaces): string => {
  if ('url' in place) return placeOf(place.url)
  if ('sentinel' in place) return `Sentinel ${place.sentinel.name} (${addressesText(place.sentinel.nodes)})`
  return `cluster (${addressesText(place.cluster.nodes)})`
}

/** What was found of it. */
export type RedisFound =
  | { readonly kind: 'url' }
  | { readonly kind: 'sentinel'; readonly primary: string; readonly answering: number; readonly sentinels: number }
  | { readonly kind: 'cluster'; readonly primaries: number; readonly replicas: number }

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

/** Where it is, and what was found there. */
export const redisFoundText = (place: RedisPlaces, found: RedisFound | null): string => {
  const where = redisPlaceText(place)
  if (found === null) return where
  if (found.kind === 'url') return `${where}, one server`
  if (found.kind === 'sentinel')
    return `${where}: the primary is ${found.primary}; ${found.answering} of ${counted(found.sentinels, 'Sentinel answers', 'Sentinels answer')}`
  return `${where}: ${counted(found.primaries, 'primary', 'primaries')}, ${counted(found.replicas, 'replica', 'replicas')}`
}
