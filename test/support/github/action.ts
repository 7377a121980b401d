import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** A composite action, as far as this project uses what GitHub reads: what is not named here is refused. */

export const projectRoot = path.resolve(import.meta.dirname, '../../..')

const Texts = z.record(z.string(), z.string())
const common = { name: z.string().optional(), id: z.string().optional(), if: z.string().optional() }

const RunStep = z.strictObject({
  ...common,
  run: z.string(),
  shell: z.literal('bash'),
  env: Texts.default({}),
})
const UsesStep = z.strictObject({
  ...common,
  uses: z.string(),
  with: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).default({}),
})

export type ActionStep = z.infer<typeof RunStep> | z.infer<typeof UsesStep>

export const Action = z.strictObject({
  name: z.string(),
  description: z.string(),
  inputs: z.record(
    z.string(),
    z.strictObject({
      description: z.string(),
      required: z.literal(true).optional(),
      default: z.string().optional(),
    }),
  ),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
  runs: z.strictObject({ using: z.literal('composite'), steps: z.array(z.union([RunStep, UsesStep])).min(1) }),
})
export type Action = z.infer<typeof Action>

export const readAction = (): Action => Action.parse(parse(readFileSync(path.join(projectRoot, 'action.yml'), 'utf8')))
