import { z } from 'zod'
import { fields, groupDescription } from '../../domain/clients/fields.ts'
import { nest } from '../../domain/clients/nest.ts'
import { KeptText } from '../../domain/texts/kept.ts'
import type { FieldPath } from '../../domain/vocabulary.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { documented } from '../clients/client-schema.ts'

/**
 * The body of a PATCH, made of the table of fields. Every field may be absent or null; what null means depends on the media
 * type and is decided in `parse-patch.ts`.
 */
export const PatchBody = z.strictObject(
  nest<FieldPath, z.ZodType>(
    fieldPaths,
    (path) => {
      const { kind, description, request = description, example } = fields[path]
      return documented(kind === 'list' ? z.array(KeptText).nullish() : KeptText.nullish(), request, example)
    },
    (members, name) => {
      const description = groupDescription(name)
      const object = z.strictObject(members).nullish()
      return description === undefined ? object : object.describe(description)
    },
  ),
)
export type PatchBody = z.infer<typeof PatchBody>
