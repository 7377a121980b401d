import { z } from 'zod'
import { configurationFile } from '../../adapters/config/schema.ts'

/** A setting that can be written in the configuration file. */
export interface WrittenSetting {
  /** As the table of settings writes it: `tenants[].credential.clientId`. */
  readonly path: string
  readonly isSecret: boolean
}

const Schema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  secret: z.literal(true).optional(),
})

const settingsIn = (schema: unknown, path = ''): WrittenSetting[] => {
  const { properties, items, anyOf, allOf, secret } = Schema.parse(schema)
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([name, of]) => settingsIn(of, path === '' ? name : `${path}.${name}`))
  const inside = [...(anyOf ?? []), ...(allOf ?? [])]
    .flatMap((one) => settingsIn(one, path))
    .filter((one) => one.path !== path)
  if (inside.length > 0) return inside
  const below = items === undefined ? [] : settingsIn(items, `${path}[]`)
  if (below.length > 1) return below
  return [{ path, isSecret: secret === true || below.some(({ isSecret }) => isSecret) }]
}

/** Every setting that the schema knows. */
export const writtenSettings = (): WrittenSetting[] =>
  settingsIn(z.toJSONSchema(configurationFile, { io: 'input', unrepresentable: 'any' }))
