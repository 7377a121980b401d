import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import own from '../../package.json' with { type: 'json' }
import { bill } from '../../scripts/package/bill.ts'
import { bundled, manifestOf } from '../../scripts/package/bundled.ts'
import { allowed } from '../../scripts/package/licences.ts'
import { notices, worksOfConsole } from '../../scripts/package/notices.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dev: z.boolean().default(false),
      link: z.boolean().default(false),
      version: z.string().optional(),
      license: z.string().optional(),
    }),
  ),
})

const Bill = z.object({
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      licenses: z.array(z.object({ license: z.object({ id: z.string() }) })),
    }),
  ),
})

/** What is installed where Nexus runs, by its place; the project and its workspaces are not of others. */
const installed = Object.entries(Lock.parse(JSON.parse(read('package-lock.json'))).packages).filter(
  ([place, { dev, link }]) => place.startsWith('node_modules/') && !dev && !link,
)

describe('licences', () => {
  // In the tests of the console's pages this has happened already.
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/console.mjs'], { cwd: root, stdio: 'inherit' })
  }, 180_000)

  test('every dependency is under one that is allowed', () => {
    expect(installed.length).toBeGreaterThan(100)
    const others = installed.filter(([, { license }]) => !Object.hasOwn(allowed, license ?? ''))
    expect(others.map(([place, { license }]) => `${place}: ${license}`)).toEqual([])
  })

  test('whatever is in the package is under one that allows that, and its text is known', () => {
    const works = worksOfConsole()
    expect(works.map(({ name }) => name)).toEqual(expect.arrayContaining(['react', 'react-dom', '@mantine/core']))
    expect(works.filter(({ licence }) => allowed[licence]?.bundled !== true).map(({ name }) => name)).toEqual([])
    expect(works.filter(({ text }) => text === '').map(({ name }) => name)).toEqual([])
    const others = bundled.filter(({ from }) => !from.startsWith('packages/')).map(({ from }) => manifestOf(from))
    expect(others.filter(({ license }) => allowed[license ?? '']?.bundled !== true)).toEqual([])
  })

  test('no licence is allowed that nothing is under', () => {
    const used = new Set([
      ...installed.map(([, { license }]) => license),
      ...worksOfConsole().map(({ licence }) => licence),
    ])
    expect(Object.keys(allowed).filter((licence) => !used.has(licence))).toEqual([])
  })

  test('the bill of materials has each of them with version and licence, what is built into the console, and no other', () => {
    const { components } = Bill.parse(JSON.parse(bill()))
    const listed = components.map(({ name, version, licenses }) => `${name} ${version} ${licenses[0]?.license.id}`)
    const beside = installed
      .map(([place, { version, license }]) => `${place.split('node_modules/').at(-1)} ${version} ${license}`)
      .filter((line) => !line.startsWith('@scarf/scarf '))
    const bindings = `@cdktf/provider-auth0 ${own.dependencies['@cdktf/provider-auth0']} ${own.license}`
    const built = worksOfConsole().map(({ name, version, licence }) => `${name} ${version} ${licence}`)
    expect(new Set(listed)).toEqual(new Set([...beside, bindings, ...built]))
  })

  test('the notices are those of what is in the package: npm run notices', () => {
    expect(read('THIRD-PARTY-NOTICES')).toBe(notices())
  })
})
