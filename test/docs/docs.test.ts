import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { problems } from '../../api/http/problem.ts'
import { isRecord } from '../../domain/shape.ts'

const root = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const pages = [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })]

describe('what the documents say is so', () => {
  test.each(pages)('the links of %s lead somewhere', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link)
    const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(page), link)))
    expect(missing).toEqual([])
  })

  test('every problem has its entry, and no other', () => {
    const entries = [...read('docs/reference/problems.md').matchAll(/^## (.+)\n\n\*\*(\d+)\.\*\*/gm)]
    const described = entries.map(([, code, status]) => [code, Number(status)])
    expect(Object.fromEntries(described)).toEqual(
      Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status])),
    )
  })

  test('every dependency has its reason, and no other', () => {
    const manifest: unknown = JSON.parse(read('package.json'))
    const names = (member: string): string[] => {
      const found = isRecord(manifest) ? manifest[member] : undefined
      return isRecord(found) ? Object.keys(found) : []
    }
    const described = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name)
    expect(new Set(described)).toEqual(new Set([...names('dependencies'), ...names('devDependencies')]))
  })

  test('every decision is on the list', () => {
    const list = read('docs/adr/README.md')
    const unlisted = globSync('docs/adr/0*.md', { cwd: root }).filter((page) => !list.includes(path.basename(page)))
    expect(unlisted).toEqual([])
  })

  test("the README's configuration is a good one", () => {
    const block = /```yaml\n([^]+?)```/.exec(read('README.md').replaceAll(/^ {3}/gm, ''))?.[1] ?? ''
    const configuration = parseConfiguration(block, {
      file: 'README.md',
      env: {
        ACME_CLIENT_ID: 'id',
        ACME_CLIENT_SECRET: 'secret',
        PORTAL_TOKEN_SHA256: '0'.repeat(64),
        CI_PASSWORD_HASH: /scrypt\$[^}]+/.exec(read('docs/examples/nexus.yaml'))?.[0],
      },
    })
    expect(configuration.tenants.map(({ id }) => id)).toEqual(['acme'])
  })
})
