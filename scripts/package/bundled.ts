import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { root, staging } from './places.ts'

/** A dependency that is in the package itself. */
interface Bundled {
  readonly name: string
  /** Where it is in a clone. */
  readonly from: string
  readonly files: readonly string[]
  readonly because: string
}

export const bundled: readonly Bundled[] = [
  {
    name: '@cdktf/provider-auth0',
    from: 'packages/provider-auth0',
    files: ['lib', 'schema.json'],
    because: 'no registry has it: npm generates it in a clone, with development dependencies',
  },
  {
    name: 'swagger-ui-dist',
    from: 'node_modules/swagger-ui-dist',
    // What api/docs/pages.ts serves, and the licences.
    files: [
      'favicon-32x32.png',
      'swagger-ui.css',
      'swagger-ui-bundle.js',
      'swagger-ui-bundle.js.LICENSE.txt',
      'LICENSE',
      'NOTICE',
    ],
    because: 'an installation of it counts itself at a server of others (@scarf/scarf); and 3 of its 12 MB are used',
  },
]

const Manifest = z.looseObject({ name: z.string(), version: z.string(), license: z.string().optional() })

/** What is said of a package in its own manifest. */
export const manifestOf = (folder: string): z.infer<typeof Manifest> =>
  Manifest.parse(JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')))

/** The members of its manifest that a program or a person still needs: no scripts, and nothing that npm would install. */
const kept = new Set(['name', 'version', 'description', 'license', 'type', 'exports', 'homepage'])

/** Copies them to where npm keeps what a package brings itself. */
export const bundle = (): void => {
  for (const { name, from, files } of bundled) {
    const to = path.join(staging, 'node_modules', name)
    mkdirSync(to, { recursive: true })
    for (const file of files) cpSync(path.join(root, from, file), path.join(to, file), { recursive: true })
    const manifest = Object.entries(manifestOf(from)).filter(([member]) => kept.has(member))
    writeFileSync(path.join(to, 'package.json'), `${JSON.stringify(Object.fromEntries(manifest), null, 2)}\n`)
  }
}
