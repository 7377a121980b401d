import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { App } from 'cdktn'
import { remoteUrl } from '../adapters/nexus-api/address.ts'
import { RemoteError } from '../adapters/nexus-api/errors.ts'
import type { Snapshot } from '../domain/terraform/snapshot.ts'
import type { BlockOptions } from './blocks.ts'
import { declareIn, loadDeclarations, ownDirectory } from './declarations.ts'
import { DeclarationError, StackRefused } from './errors.ts'
import { pinProviders } from './lock-file.ts'
import type { LockFileToTake } from './lock-file.ts'
import { planStack } from './plan/plan.ts'
import type { StackCounts } from './plan/plan.ts'
import { TenantStack } from './tenant-stack.ts'

export interface SynthesisOptions extends BlockOptions {
  /** Where `stacks/<name>/cdk.tf.json` and `manifest.json` are written. */
  readonly out: string
  /** How Terraform reaches Nexus, instead of what the snapshot says. */
  readonly url?: string | undefined
  /** Where declarations are, instead of `stacks/tenants`. */
  readonly tenants?: string | undefined
}

export interface SynthesisedStack {
  /** `<tenant>.<state>` */
  readonly name: string
  readonly file: string
  readonly counts: StackCounts
  readonly warnings: readonly string[]
}

export interface Synthesis {
  readonly stacks: readonly SynthesisedStack[]
  /** For which no stack was made. The others were. */
  readonly refused: readonly StackRefused[]
  /** A lock file of Terraform that is not committed yet; undefined where there is nothing to commit. */
  readonly lockFileToTake: LockFileToTake | undefined
}

/**
 * Writes the stacks of these snapshots: one for each state whose configuration Nexus writes. The same snapshots and
 * declarations are the same bytes.
 *
 * @throws DeclarationError, RemoteError `not-configured` where nobody says how Nexus is reached
 */
export const synthesise = async (snapshots: readonly Snapshot[], options: SynthesisOptions): Promise<Synthesis> => {
  mkdirSync(options.out, { recursive: true })
  // A stack trace in a stack would hold the paths of one machine.
  const app = new App({ outdir: options.out, stackTraces: false })
  const stacks: SynthesisedStack[] = []
  const refused: StackRefused[] = []
  for (const snapshot of snapshots) {
    for (const { stack, outcome } of await tenantStacks(app, snapshot, options))
      if (outcome instanceof StackRefused) {
        refused.push(outcome)
        app.node.tryRemoveChild(stack.node.id)
      } else {
        const file = join(options.out, 'stacks', stack.node.id, 'cdk.tf.json')
        stacks.push({ name: stack.node.id, file, counts: outcome.counts, warnings: outcome.warnings })
      }
  }
  app.synth()
  const folders = stacks.map(({ file }) => dirname(file))
  return { stacks, refused, lockFileToTake: pinProviders(options.tenants ?? ownDirectory, folders) }
}

/** The stacks of one tenant. First all of them are declared, then each is planned: a client may be declared once. */
const tenantStacks = async (app: App, snapshot: Snapshot, options: SynthesisOptions) => {
  const { url, tenants = ownDirectory } = options
  const declared = await loadDeclarations(tenants, snapshot.tenant)
  const own = snapshot.states.filter(({ own }) => own).map(({ name }) => name)
  const stray = Object.keys(declared).filter((state) => !own.includes(state))
  if (stray.length > 0)
    throw new DeclarationError(
      `Clients of ${snapshot.tenant} are declared for ${stray.join(', ')}, but Nexus does not write that state's configuration: ` +
        `name it in the tenant's terraformStates. ${own.length === 0 ? 'It names none.' : `It names ${own.join(', ')}.`}`,
    )
  const base = baseOf(snapshot, url)
  const stacks = own.map((state) => new TenantStack(app, snapshot, state, base))
  for (const stack of stacks) declareIn(stack, declared)
  const declarations = new Map(stacks.map((stack) => [stack.state, stack.declarations]))
  return stacks.map((stack) => {
    try {
      const plan = planStack(snapshot, stack.state, declarations, stack.beside)
      stack.settle(plan, options)
      return { stack, outcome: plan }
    } catch (error) {
      if (error instanceof StackRefused) return { stack, outcome: error }
      throw error
    }
  })
}

/** What the backend's address begins with. */
const baseOf = (snapshot: Snapshot, url: string | undefined): string => {
  const base = url === undefined || url === '' ? snapshot.url : url
  if (base !== null) return remoteUrl(base)
  throw new RemoteError(
    'not-configured',
    `Nobody says how Terraform reaches Nexus for ${snapshot.tenant}: set NEXUS_URL, or server.publicUrl in the configuration of Nexus.`,
  )
}
