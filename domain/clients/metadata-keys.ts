import type { FieldPath } from '../vocabulary.ts'
import { fieldPaths } from '../vocabulary.ts'
import type { Place } from './field-kinds.ts'
import { defaultKeyOf, fields } from './fields.ts'
import type { MetadataField } from './fields.ts'

/** Names of the `client_metadata` keys that hold Nexus' own fields; configurable per tenant. */
export type MetadataKeys = Readonly<Record<MetadataField, string>>

const isMetadataField = (path: FieldPath): path is MetadataField => fields[path].place[0] === 'client_metadata'

/** The fields that Auth0 keeps in `client_metadata`. */
export const metadataFields: readonly MetadataField[] = fieldPaths.filter(isMetadataField)

/** Something for each of them. @param make is told the key that it has unless the tenant's configuration names another */
export const eachMetadataField = <T>(make: (key: string) => T): Record<MetadataField, T> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets its keys; they are all here
  Object.fromEntries(metadataFields.map((field) => [field, make(defaultKeyOf(field))])) as Record<MetadataField, T>

export const defaultMetadataKeys: MetadataKeys = eachMetadataField((key) => key)

/** Where a field stands in the clients of a tenant. */
export const placeOf = (path: FieldPath, keys: MetadataKeys): Place =>
  isMetadataField(path) ? ['client_metadata', keys[path]] : fields[path].place
