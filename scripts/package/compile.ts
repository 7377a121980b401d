import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, staging } from './places.ts'

/** What users may import, and so have types of. */
const publicTypes = 'stacks/public.d.ts'

const emit = (project: string, to: string): void => {
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', path.join(import.meta.dirname, project), '--outDir', to], {
    stdio: 'inherit',
  })
}

/** Of a file of types what it imports of the project; the compiler leaves those names as the sources write them. */
const imported = /['"](\.{1,2}\/[^'"]+)\.ts['"]/g

/** The files of types that this one needs, itself included. */
const reachable = (folder: string, file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, name = ''] of readFileSync(path.join(folder, file), 'utf8').matchAll(imported))
    reachable(folder, path.join(path.dirname(file), `${name}.d.ts`), seen)
  return seen
}

/** Writes what the program runs as JavaScript, each file where its source stands, and types of what is public only. */
export const compile = (): void => {
  emit('tsconfig.json', staging)
  const types = path.join(path.dirname(staging), 'types')
  rmSync(types, { recursive: true, force: true })
  emit('tsconfig.types.json', types)
  for (const file of reachable(types, publicTypes)) {
    const text = readFileSync(path.join(types, file), 'utf8').replaceAll(imported, "'$1.js'")
    mkdirSync(path.dirname(path.join(staging, file)), { recursive: true })
    writeFileSync(path.join(staging, file), text)
  }
}
