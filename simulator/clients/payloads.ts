import { members } from './members.ts'
import type { Schema } from './schema.ts'

const schemaFor = (operation: 'create' | 'update'): Schema => ({
  type: 'object',
  ...(operation === 'create' ? { required: ['name'] } : {}),
  atLeast: 1,
  members: Object.fromEntries(
    Object.entries(members)
      .filter(([, member]) => member.only === undefined || member.only === operation)
      .map(([name, member]) => [
        name,
        {
          ...(operation === 'update' ? (member.update ?? member.schema) : member.schema),
          nullable: member.nulls === 'both' || member.nulls === operation,
        },
      ]),
  ),
})

/** The closed schemas of the two payloads. */
export const payloads = { create: schemaFor('create'), update: schemaFor('update') }
