import { writeFileSync } from 'node:fs'
import path from 'node:path'
import own from '../../package.json' with { type: 'json' }
import { bundled } from './bundled.ts'
import { staging } from './places.ts'

/** The oldest Node that runs the compiled program: from it on `node:tls` takes certificates for the whole process. */
export const leastNode = '22.19'

/** The package's own manifest: what a clone needs beside it, nobody who installs the package does. */
export const manifest = {
  name: own.name,
  version: own.version,
  // Of a registry that is not yours, this would be somebody else's name.
  private: true,
  description: own.description,
  license: own.license,
  type: own.type,
  engines: { node: `>=${leastNode}` },
  bin: own.bin,
  exports: {
    './stacks': { types: './stacks/public.d.ts', default: './stacks/public.js' },
    './openapi.json': './docs/reference/openapi.json',
    './package.json': './package.json',
  },
  dependencies: own.dependencies,
  peerDependencies: own.peerDependencies,
  peerDependenciesMeta: own.peerDependenciesMeta,
  bundleDependencies: bundled.map(({ name }) => name),
}

export const writeManifest = (): void =>
  writeFileSync(path.join(staging, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
