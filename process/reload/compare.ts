import { isDeepStrictEqual } from 'node:util'
import type { Configuration } from '../../adapters/config/configuration.ts'
import { formatPath } from '../../adapters/config/problems.ts'
import { recordOf, textOf } from '../../domain/shape.ts'
import { effectOf } from './settings.ts'
import type { Effect } from './settings.ts'

/** What has changed between two configurations: names of settings, never a value of one. */
export interface Changes {
  /** What takes effect now, such as `tenants.acme.plan` or `serviceAccounts.ci (new)`. */
  readonly changed: readonly string[]
  /** What takes effect with the next start. */
  readonly needsRestart: readonly string[]
}

/** Lists whose elements have a name: the member that it stands in. */
const names: Readonly<Record<string, string>> = {
  tenants: 'id',
  issuers: 'issuer',
  'applicationTokens.tokens': 'name',
  serviceAccounts: 'name',
}

/** Follow from others: what somebody has changed is told by those. */
const derived: ReadonlySet<string> = new Set(['tenants[].baseUrl', 'tenants[].tokenUrl'])

interface Difference {
  readonly shown: string
  readonly effect: Effect
}

/** Where a value stands: for people, with names of elements, and as the table of effects has it. */
interface Place {
  readonly shown: readonly string[]
  readonly path: string
}

/** Times are milliseconds in the program, and have a unit in the file. */
const settingOf = (member: string): string => member.replace(/Ms$/, '')

const below = ({ shown, path }: Place, member: string): Place => ({
  shown: [...shown, settingOf(member)],
  path: path === '' ? settingOf(member) : `${path}.${settingOf(member)}`,
})

const isMapping = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

const differences = (before: unknown, after: unknown, place: Place): Difference[] => {
  if (derived.has(place.path) || isDeepStrictEqual(before, after)) return []
  const name = names[place.path]
  if (name !== undefined) return differencesOfList(elementsOf(before, name), elementsOf(after, name), place)
  if (isMapping(before) && isMapping(after)) {
    const [old, now] = [recordOf(before), recordOf(after)]
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((member) =>
      differences(old[member], now[member], below(place, member)),
    )
  }
  return [{ shown: formatPath(place.shown), effect: effectOf(place.path) }]
}

type Elements = ReadonlyMap<string, unknown>

const elementsOf = (list: unknown, name: string): Elements =>
  new Map((Array.isArray(list) ? list : []).map((element: unknown) => [textOf(recordOf(element)[name]) ?? '', element]))

const differencesOfList = (before: Elements, after: Elements, place: Place): Difference[] => {
  const effect = effectOf(place.path)
  const said = (name: string, what: string): Difference => ({
    shown: `${formatPath([...place.shown, name])} (${what})`,
    effect,
  })
  const kept = [...before.keys()].filter((name) => after.has(name))
  const order = [...after.keys()].filter((name) => before.has(name))
  return [
    ...[...after.keys()].filter((name) => !before.has(name)).map((name) => said(name, 'new')),
    ...[...before.keys()].filter((name) => !after.has(name)).map((name) => said(name, 'removed')),
    ...(isDeepStrictEqual(kept, order) ? [] : [{ shown: `${formatPath(place.shown)} (order)`, effect }]),
    ...kept.flatMap((name) =>
      differences(before.get(name), after.get(name), { shown: [...place.shown, name], path: `${place.path}[]` }),
    ),
  ]
}

/** Says what a configuration changes of another. */
export const compare = (before: Configuration, after: Configuration): Changes => {
  const found = differences(before, after, { shown: [], path: '' })
  const of = (effect: Effect) => found.filter((one) => one.effect === effect).map(({ shown }) => shown)
  return { changed: of('reload'), needsRestart: of('restart') }
}

/** The part of a configuration that can take effect in a running process: what needs a restart stays as it was. */
export const effective = (running: Configuration, next: Configuration): Configuration => {
  const { host, port, metricsPort } = running.server
  const byId = new Map(next.tenants.map((tenant) => [tenant.id, tenant]))
  return {
    ...next,
    server: { ...next.server, host, port, metricsPort },
    database: running.database,
    redis: running.redis,
    worker: { ...next.worker, concurrency: running.worker.concurrency },
    tenants: running.tenants.map((tenant) => byId.get(tenant.id) ?? tenant),
  }
}
