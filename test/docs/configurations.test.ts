import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { isRecord, recordOf } from '../../domain/shape.ts'

const root = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/** What a guide says "as before" of. */
const before = {
  tenants: [{ id: 'acme', domain: 'acme.eu.auth0.com', credential: { clientId: 'id', clientSecret: 'secret' } }],
}

const key = Buffer.alloc(32).toString('base64')
const env = {
  NEXUS_STATE_KEY: key,
  NEXUS_STATE_KEY_NEW: Buffer.alloc(32, 1).toString('base64'),
  CONSOLE_CLIENT_SECRET: 'secret',
  CONSOLE_APPLICATION_TOKEN: 'token',
  CONSOLE_SESSION_KEY: key,
  TERRAFORM_ACME_HASH: /scrypt\$[^}]+/.exec(read('docs/examples/nexus.yaml'))?.[0] ?? '',
}

/** A part of a configuration over the rest: tenants of one id are one. */
const over = (part: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const tenants = Array.isArray(part['tenants']) ? part['tenants'].filter(isRecord) : []
  return {
    ...part,
    tenants: before.tenants.map((one) =>
      Object.assign(
        { ...one },
        tenants.find(({ id }) => id === one.id),
      ),
    ),
  }
}

const blocks = globSync('docs/guides/*.md', { cwd: root }).flatMap((file) =>
  [...read(file).matchAll(/^```yaml\n([^]+?)^```/gm)].map(([, block = '']) => ({ file, block })),
)

describe('the settings of the guides', () => {
  test('there are some', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(5)
  })

  test.each(blocks)('$file: they are ones that there are', ({ file, block }) => {
    const text = JSON.stringify(over(recordOf(parse(block))))
    expect(parseConfiguration(text, { file, env }).tenants.map(({ id }) => id)).toEqual(['acme'])
  })
})
