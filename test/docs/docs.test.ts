import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { problems } from '../../api/http/problem.ts'
import { configurationText } from '../../cli/setup/first-configuration.ts'
import { isRecord } from '../../domain/shape.ts'
import { copied } from '../../scripts/package/copied.ts'

const root = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const pages = [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })]

describe('what the documents say is so', () => {
  test.each(pages)('the links of %s lead somewhere, in the package too', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link)
    const targets = links.map((link) => path.join(path.dirname(page), link))
    expect(targets.filter((target) => !existsSync(path.join(root, target)))).toEqual([])
    expect(targets.filter((target) => !copied.some((one) => `${target}/`.startsWith(`${one}/`)))).toEqual([])
  })

  test('every problem has its entry, and no other', () => {
    const entries = [...read('docs/reference/problems.md').matchAll(/^## (.+)\n\n\*\*(\d+)\.\*\*/gm)]
    const described = entries.map(([, code, status]) => [code, Number(status)])
    expect(Object.fromEntries(described)).toEqual(
      Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status])),
    )
  })

  test('every dependency has its reason, and no other', () => {
    const names = (member: string): string[] =>
      ['package.json', 'console/package.json'].flatMap((file) => {
        const manifest: unknown = JSON.parse(read(file))
        const found = isRecord(manifest) ? manifest[member] : undefined
        return isRecord(found) ? Object.keys(found) : []
      })
    const described = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name)
    expect(new Set(described)).toEqual(new Set(['dependencies', 'devDependencies', 'peerDependencies'].flatMap(names)))
  })

  test('every decision is on the list', () => {
    const list = read('docs/adr/README.md')
    const unlisted = globSync('docs/adr/0*.md', { cwd: root }).filter((page) => !list.includes(path.basename(page)))
    expect(unlisted).toEqual([])
  })

  test("the README's configuration is the one that its nexus init writes", () => {
    const block = /```yaml\n([^]+?)```/.exec(read('README.md').replaceAll(/^ {3}/gm, ''))?.[1] ?? ''
    expect(read('README.md')).toContain('npx nexus init --tenant acme --domain acme.eu.auth0.com --yes')
    expect(block).toBe(
      configurationText({
        tenant: 'acme',
        domain: 'acme.eu.auth0.com',
        allowInsecure: false,
        plan: 'free',
        clientIdVariable: 'ACME_CLIENT_ID',
        clientSecretVariable: 'ACME_CLIENT_SECRET',
        issuer: 'https://acme.eu.auth0.com/',
        audience: 'urn:nexus',
        port: 8080,
        databaseVariable: null,
      }),
    )
  })
})
