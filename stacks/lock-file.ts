import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where Terraform notes the providers' versions and checksums that it chose, in the folder of a stack. That folder is made
 * anew and is in no repository, so the file that holds for all stacks stands beside their declarations.
 */
const lockFile = '.terraform.lock.hcl'

/**
 * Gives each stack the lock file that stands beside the declarations.
 *
 * @param declarations the folder of declarations
 * @param stacks the folders of the stacks
 * @returns where there is none, one that Terraform has written for a stack and that can be taken; else undefined
 */
export const pinProviders = (declarations: string, stacks: readonly string[]): LockFileToTake | undefined => {
  const pinned = join(declarations, lockFile)
  const own = stacks.map((stack) => join(stack, lockFile))
  if (existsSync(pinned)) {
    for (const file of own) copyFileSync(pinned, file)
    return undefined
  }
  const written = own.find((file) => existsSync(file))
  return written === undefined ? undefined : { written, pinned }
}

export interface LockFileToTake {
  readonly written: string
  /** Where it belongs. */
  readonly pinned: string
}
