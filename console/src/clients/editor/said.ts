import type { Schemas } from '../../app/schemas.ts'
import { isSame, readFields } from '../fields.ts'
import type { SomeValues } from '../fields.ts'
import { placed } from './issues.ts'
import type { Remarks } from './issues.ts'

const nothing: Remarks = { fields: new Map(), others: [] }

/** What a dry run says of an edit. */
export const saidOfDryRun = ({
  edits,
  errors,
  warnings,
}: {
  /** What it was asked of. */
  readonly edits: SomeValues
  readonly errors: readonly Schemas['Issue'][]
  readonly warnings: readonly Schemas['Issue'][]
}): Remarks => placed({ refusal: errors, warning: warnings }, edits)

/** What Auth0 said of a change that it refused, as long as its values stand in the form as they were sent. */
export const saidOfRefusal = (
  change: Pick<Schemas['Change'], 'status' | 'values' | 'refusal'> | undefined,
  edits: SomeValues,
): Remarks => {
  if (change?.status !== 'rejected' || change.refusal === null) return nothing
  const { detail, errors } = change.refusal
  const sent = readFields(change.values)
  const issues = errors.length > 0 ? errors : [{ pointer: '', detail }]
  const said = placed({ refusal: issues }, sent)
  return { ...said, fields: new Map([...said.fields].filter(([path]) => isSame(edits[path], sent[path]))) }
}

/** Both, where they are about different fields; the dry run, which is about what stands there now, comes first. */
export const together = (first: Remarks, second: Remarks): Remarks => ({
  fields: new Map([...second.fields, ...first.fields]),
  others: [...first.others, ...second.others],
})
