import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import own from '../../package.json' with { type: 'json' }
import { worksOfConsole } from './notices.ts'
import { root } from './places.ts'

/** What CycloneDX says of a part: https://cyclonedx.org/docs/1.5/json/ */
const Component = z.looseObject({ 'bom-ref': z.string(), name: z.string() })

const Bill = z.looseObject({
  metadata: z.looseObject({ component: Component }),
  components: z.array(Component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
})

const Lock = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ dev: z.boolean().default(false) })),
})

/** What a dependency names and the package does not bring: see `bundled.ts`. */
const leftOut = new Set(['@scarf/scarf'])

/** The workspace, which npm calls by its folder. */
const renamed: Readonly<Record<string, string>> = { 'provider-auth0': '@cdktf/provider-auth0' }

/**
 * What npm says of the lock file without development dependencies. Its `--omit=dev` would leave out whatever one of these
 * needs as well, so npm sees a lock file that has none.
 */
const listed = (): z.infer<typeof Bill> => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'nexus-bill-'))
  try {
    const folder = path.join(scratch, own.name)
    mkdirSync(folder)
    const { packages, ...rest } = Lock.parse(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')))
    const { devDependencies: _own, ...manifest } = own
    const kept = Object.entries(packages).filter(([, { dev }]) => !dev)
    const lock = { ...rest, packages: { ...Object.fromEntries(kept), '': { ...packages[''], devDependencies: {} } } }
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest))
    writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock))
    const parameters = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--no-update-notifier']
    return Bill.parse(JSON.parse(execFileSync('npm', parameters, { cwd: folder, encoding: 'utf8', maxBuffer: 64e6 })))
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

const built = () =>
  worksOfConsole().map(({ name, version, licence }) => ({
    'bom-ref': `console/${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [{ license: { id: licence } }],
  }))

const byItsName = (part: z.infer<typeof Component>) => ({ ...part, name: renamed[part.name] ?? part.name })

/**
 * The bill of materials of the package, in CycloneDX: what npm installs with it, by the lock file, and what is built into the
 * console. The same sources have the same one: it has no time, and no number of its own.
 */
export const bill = (): string => {
  const { serialNumber: _number, metadata, components, dependencies, ...rest } = listed()
  const { timestamp: _time, ...about } = metadata
  const ours = components.filter(({ name }) => !leftOut.has(name))
  const known = new Set([metadata.component, ...ours].map((one) => one['bom-ref']))
  const whole = {
    ...rest,
    metadata: about,
    components: [...ours.map(byItsName), ...built()],
    dependencies: dependencies
      .filter(({ ref }) => known.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => known.has(other)) })),
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}
