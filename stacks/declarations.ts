import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isRecord } from '../domain/shape.ts'
import { DeclarationError } from './errors.ts'
import type { TenantStack } from './tenant-stack.ts'

/** What code declares for one tenant: for each of its states a function that adds clients to the stack. */
export type TenantDeclarations = Readonly<Record<string, (stack: TenantStack) => void>>

/** A clone has a folder for declarations; a package has none, and whoever uses it has one where they work. */
const ofClone = join(import.meta.dirname, 'tenants')

/** Where declarations are looked for, unless something else is said. */
export const ownDirectory = existsSync(ofClone) ? ofClone : resolve('stacks/tenants')

const isDeclarations = (value: unknown): value is TenantDeclarations =>
  isRecord(value) && Object.values(value).every((declare) => typeof declare === 'function')

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * The default export of `<directory>/<tenant>.ts`; nothing where there is no such file.
 *
 * @throws DeclarationError where the file cannot be run or exports something else
 */
export const loadDeclarations = async (directory: string, tenant: string): Promise<TenantDeclarations> => {
  if (!existsSync(directory) && directory !== ownDirectory)
    throw new DeclarationError(`There is no directory ${directory} with declarations.`)
  const file = join(directory, `${tenant}.ts`)
  if (!existsSync(file)) return {}
  const module: unknown = await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw new DeclarationError(`${file} cannot be run: ${reasonOf(error)}`, { cause: error })
  })
  const declarations = isRecord(module) ? module['default'] : undefined
  if (isDeclarations(declarations)) return declarations
  throw new DeclarationError(
    `${file} must export, as default, a function for each state: export default { prod: (stack) => { … } }`,
  )
}

/** Adds what is declared for a state. @throws DeclarationError with the file's own error */
export const declareIn = (stack: TenantStack, declarations: TenantDeclarations): void => {
  try {
    declarations[stack.state]?.(stack)
  } catch (error) {
    throw new DeclarationError(`The declarations of ${stack.tenant} for ${stack.state}: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}
