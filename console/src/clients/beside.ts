import type { Schemas } from '../app/schemas.ts'
import { fieldPaths, isSame, readField } from './fields.ts'
import type { FieldPath, Value } from './fields.ts'

/** What Auth0 has of a field that Nexus wants otherwise. */
export interface Beside {
  readonly why: 'waiting' | Schemas['Sync']['drift'][number]['class']
  readonly observed: Value
  readonly wanted: Value
}

/** Fields that stand otherwise in Auth0 than is wanted: as a change is on its way, or as somebody changed them there. */
export const besideOf = (
  sync: Pick<Schemas['Sync'], 'desired' | 'observed' | 'drift'>,
): ReadonlyMap<FieldPath, Beside> => {
  const drift = new Map(sync.drift.map(({ field, class: kind }) => [field, kind]))
  return new Map(
    fieldPaths.flatMap((path): [FieldPath, Beside][] => {
      const wanted = readField(sync.desired, path)
      const observed = readField(sync.observed, path) ?? null
      if (wanted === undefined || isSame(wanted, observed)) return []
      return [[path, { why: drift.get(path) ?? 'waiting', observed, wanted }]]
    }),
  )
}
