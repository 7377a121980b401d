import type { Schemas } from '../../app/schemas.ts'
import { readFields } from '../fields.ts'
import type { SomeValues } from '../fields.ts'

type Change = Pick<Schemas['Change'], 'status' | 'values' | 'before'>

/** What a change made of its fields, and what they were: what undoing it begins with. Null where it cannot be undone. */
export const undoOf = ({
  status,
  values,
  before,
}: Change): { readonly after: SomeValues; readonly before: SomeValues } | null =>
  status === 'applied' && before !== null ? { after: readFields(values), before: readFields(before) } : null
