import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      optionalDependencies: z.record(z.string(), z.string()).optional(),
      resolved: z.string().optional(),
      inBundle: z.boolean().default(false),
    }),
  ),
})

const { packages } = Lock.parse(JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')))

// Where the registry has no package for another platform, npm leaves its entry out and still says that all is well;
// `npm ci` then refuses the file in every fresh clone.
test('every optional dependency stands in the lock file, those of other platforms too', () => {
  const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !(`node_modules/${name}` in packages || `${place}/node_modules/${name}` in packages))
      .map(([name, version]) => `${name}@${version}`),
  )
  expect(missing).toEqual([])
})

// Without its address npm asks the registry about each package before it fetches it: twice the requests. Whoever has another
// registry configured gets it from there all the same (npm's replace-registry-host).
test('every package has its address', () => {
  const without = Object.entries(packages).filter(
    ([place, { resolved, inBundle }]) => place.includes('node_modules/') && !inBundle && resolved === undefined,
  )
  expect(without.map(([place]) => place)).toEqual([])
})
