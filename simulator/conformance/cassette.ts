import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const object = z.record(z.string(), z.json())

const interactionSchema = z.object({
  sequence: z.number(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    query: z.record(z.string(), z.string()).default({}),
    body: z.json().nullish(),
  }),
  response: z.object({
    status: z.number(),
    body: z.json().nullish(),
    headers: z.record(z.string(), z.string()).default({}),
    lossy: z.boolean().default(false),
    lost: z.string().optional(),
    trimmed: z.object({ kept: z.number(), of: z.number() }).optional(),
  }),
})

const cassetteSchema = z.object({
  origin: z.object({ sdk: z.array(z.string()).default([]) }),
  seed: z.record(z.string(), object).default({}),
  interactions: z.array(interactionSchema),
})

export type Interaction = z.infer<typeof interactionSchema>
export type Cassette = z.infer<typeof cassetteSchema> & { name: string }

const ours = /^\/api\/v2\/clients(\/[^/]+(\/rotate-secret|\/credentials(\/[^/]+)?)?)?$/

/** Whether a request is about clients or their credentials, which the simulator has. */
export const isReplayed = ({ path }: Interaction['request']): boolean => ours.test(path)

/** The cassettes below a directory, in the order of their names. Throws where it is missing or a file is no cassette. */
export const readCassettes = async (directory: string): Promise<Cassette[]> => {
  const found = await readdir(directory, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `cannot read ${directory}: ${error.code === 'ENOENT' ? 'there is no such directory' : error.message}`,
    )
  })
  const names = found.filter((name) => name.endsWith('.json')).toSorted()
  if (names.length === 0) throw new Error(`no cassettes (*.json) in ${directory}`)
  return Promise.all(names.map(async (name) => parseCassette(name, await readFile(join(directory, name), 'utf8'))))
}

const parseCassette = (name: string, text: string): Cassette => {
  const value = ((): unknown => {
    try {
      return JSON.parse(text)
    } catch (error) {
      throw new Error(`${name} is not JSON`, { cause: error })
    }
  })()
  const parsed = cassetteSchema.safeParse(value)
  if (parsed.success) return { ...parsed.data, name: name.replace(/\.json$/, '') }
  throw new Error(`${name} is not a cassette:\n${z.prettifyError(parsed.error)}`)
}
