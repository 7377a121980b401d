import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fieldNames, integer, told } from '../../adapters/postgres/database/columns.ts'
import { parsed } from '../../adapters/postgres/database/rows.ts'
import { Values } from '../../domain/vocabulary.ts'

describe('a row is what its query says it is', () => {
  test('columns that nobody asked for are left out', () => {
    expect(parsed(z.object({ count: integer }), [{ count: 3, more: 'x' }])).toEqual([{ count: 3 }])
  })

  test.each([
    { reason: 'another type', schema: z.object({ count: integer }), row: { count: 'hunter2' } },
    { reason: 'a bigint that no number can hold', schema: z.object({ count: integer }), row: { count: 2 ** 53 } },
    { reason: 'no such column', schema: z.object({ count: integer }), row: { hunter2: 1 } },
    { reason: 'a value that no field has', schema: z.object({ count: Values }), row: { count: { owners: [1] } } },
    { reason: 'another word', schema: z.object({ count: z.enum(['a', 'b']) }), row: { count: 'hunter2' } },
  ])('refused: $reason; the message names the column and no value', ({ schema, row }) => {
    expect(() => parsed<unknown>(schema, [row])).toThrow(
      /^A row of the database cannot be read\.\n(?!.*hunter2).*\n.*at count/,
    )
  })
})

describe('what another version of Nexus has written', () => {
  test.each<{ reason: string; schema: z.ZodType; written: unknown; read: unknown }>([
    {
      reason: 'values of a field that this one does not have stay: they are written back with the others',
      schema: Values,
      written: { owners: ['a'], later: { any: 'shape' } },
      read: { owners: ['a'], later: { any: 'shape' } },
    },
    { reason: 'names of such fields are left out', schema: fieldNames, written: ['owners', 'later'], read: ['owners'] },
    { reason: 'words that are only told are told', schema: told(), written: 'later', read: 'later' },
  ])('$reason', ({ schema, written, read }) => {
    expect(parsed(schema, [written])).toEqual([read])
  })
})
