import type { Schemas } from '../../app/schemas.ts'
import { fieldPaths } from '../fields.ts'
import type { FieldPath, SomeValues } from '../fields.ts'
import { sentPlaces } from './lines.ts'

type Issue = Schemas['Issue']

export interface Remark {
  /** Whether it keeps the change from being made, or only may not work. */
  readonly kind: 'refusal' | 'warning'
  readonly detail: string
}

/** What is said of one field: of all of it, and by line. */
export interface FieldRemarks {
  readonly whole: readonly Remark[]
  readonly lines: ReadonlyMap<number, readonly Remark[]>
}

export interface Remarks {
  readonly fields: ReadonlyMap<FieldPath, FieldRemarks>
  /** What is about no field of the page. */
  readonly others: readonly Issue[]
}

/** The field that a pointer leads to, and the element of its list. The longest name that fits counts. */
const placeOf = (pointer: string): { readonly field: FieldPath; readonly element: number | null } | null => {
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const path = names.join('.')
  const field = fieldPaths.find((each) => path === each || path.startsWith(`${each}.`))
  if (field === undefined) return null
  const rest = path.slice(field.length + 1)
  return { field, element: /^\d+$/.test(rest) ? Number(rest) : null }
}

const kinds = ['refusal', 'warning'] as const

/**
 * Puts what was said of a request to the places on the page that it is about.
 *
 * @param edits what stood in the inputs when the request was made of them: the page has lines that were not sent
 */
export const placed = (
  issues: Readonly<Partial<Record<Remark['kind'], readonly Issue[]>>>,
  edits: SomeValues,
): Remarks => {
  const fields = new Map<FieldPath, { whole: Remark[]; lines: Map<number, Remark[]> }>()
  const others: Issue[] = []
  const said = kinds.flatMap((kind) => (issues[kind] ?? []).map(({ pointer, detail }) => ({ kind, pointer, detail })))
  for (const { kind, pointer, detail } of said) {
    const place = placeOf(pointer)
    if (place === null) {
      others.push({ pointer, detail })
      continue
    }
    const { field, element } = place
    const found = fields.get(field) ?? { whole: [], lines: new Map<number, Remark[]>() }
    fields.set(field, found)
    const value = edits[field]
    const line = element === null || typeof value === 'string' ? undefined : sentPlaces(value ?? [])[element]
    if (line === undefined) found.whole.push({ kind, detail })
    else found.lines.set(line, [...(found.lines.get(line) ?? []), { kind, detail }])
  }
  return { fields, others }
}
