import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'

const Lock = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
})

// Where the registry has no package for another platform, npm leaves its entry out and still says that all is well;
// `npm ci` then refuses the file in every fresh clone.
test('every optional dependency stands in the lock file, those of other platforms too', () => {
  const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')
  const { packages } = Lock.parse(JSON.parse(text))
  const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !(`node_modules/${name}` in packages || `${place}/node_modules/${name}` in packages))
      .map(([name, version]) => `${name}@${version}`),
  )
  expect(missing).toEqual([])
})
