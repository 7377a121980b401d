import provider from '@cdktf/provider-auth0/package.json' with { type: 'json' }
import { Auth0Provider } from '@cdktf/provider-auth0/provider'
import { HttpBackend, TerraformResource, TerraformStack } from 'cdktn'
import type { App } from 'cdktn'
import type { Construct } from 'constructs'
import type { Snapshot } from '../domain/terraform/snapshot.ts'
import { recordOf } from '../domain/shape.ts'
import { clientResourceTypes } from '../domain/terraform/state.ts'
import { blocksOf } from './blocks.ts'
import type { BlockOptions, Blocks } from './blocks.ts'
import { DeclarationError } from './errors.ts'
import type { Declaration } from './plan/claims.ts'
import type { DeclaredClient, StackPlan } from './plan/plan.ts'
import { escape } from './escape.ts'

/** What the stack asks of a declared client. */
interface Declared {
  readonly declaration: Declaration
  readonly settle: (client: DeclaredClient) => void
}

/** The name of a stack. A tenant's id has no dot, so the first one parts it from the state's name. */
const stackName = (tenant: string, state: string): string => `${tenant}.${state}`

/**
 * One state of one tenant. Filled in two steps, because what becomes of a client depends on what all states declare: the
 * declarations add their clients, then `settle` takes the plan.
 */
export class TenantStack extends TerraformStack {
  readonly tenant: string
  readonly state: string
  readonly #declared = new Map<string, Declared>()
  /** Of the state at Nexus. */
  readonly #address: string
  #blocks: Blocks | undefined

  /**
   * @internal
   * @param url where Terraform reaches Nexus, without a slash at the end and without a credential
   */
  constructor(app: App, { tenant, domain, states }: Snapshot, state: string, url: string) {
    super(app, stackName(tenant, state))
    this.tenant = tenant
    this.state = state
    const version = states.find(({ name }) => name === state)?.version ?? 0
    this.#address = `${url}/v1/tenants/${tenant}/terraform/states/${encodeURIComponent(state)}?snapshot=${version}`
    // AUTH0_CLIENT_ID and its kind come from the environment: a stack is a file that people share.
    new Auth0Provider(this, 'auth0', domain === null ? {} : { domain: escape(domain) })
    // The bindings' version or a later one of the same major; `removed` blocks are of Terraform 1.7.
    this.addOverride('terraform.required_providers.auth0.version', `~> ${provider.version.replace(/\.\d+$/, '')}`)
    this.addOverride('terraform.required_version', '>= 1.7')
  }

  /** The stack that a construct is in. @throws DeclarationError where it is in another kind of stack */
  static around(construct: Construct): TenantStack {
    const stack = TerraformStack.of(construct)
    if (stack instanceof TenantStack) return stack
    throw new DeclarationError(`${construct.node.path} is not in a stack of Nexus.`)
  }

  /** @internal Takes a declared client in. @throws DeclarationError for a second one of its name */
  declare(client: Declared, name: string): void {
    if (this.#declared.has(name)) throw new DeclarationError(`auth0_client.${name} is declared twice in ${this.state}.`)
    this.#declared.set(name, client)
  }

  /** @internal */
  get declarations(): readonly Declaration[] {
    return [...this.#declared.values()].map(({ declaration }) => declaration)
  }

  /** @internal Addresses of what declarations add beside clients. */
  get beside(): ReadonlySet<string> {
    const added = this.node
      .findAll()
      .filter((construct) => TerraformResource.isTerraformResource(construct))
      // Asked for its name, a resource keeps it; those of clients get theirs only when the plan is made.
      .filter(({ terraformResourceType: type }) => !clientResourceTypes.some((ours) => ours === type))
    return new Set(added.map((resource) => `${resource.terraformResourceType}.${resource.friendlyUniqueId}`))
  }

  /** @internal Completes the stack. */
  settle(plan: StackPlan, options: BlockOptions): void {
    this.#blocks = blocksOf(plan, options)
    // Without a declaration nothing is ever written, so that fields that became owned do not make the stack too old.
    const address = plan.declared.size === 0 ? `${this.#address}&declares=none` : this.#address
    // The same for TF_HTTP_USERNAME and TF_HTTP_PASSWORD.
    new HttpBackend(this, {
      address,
      lockAddress: address,
      lockMethod: 'LOCK',
      unlockAddress: address,
      unlockMethod: 'UNLOCK',
    })
    for (const [name, client] of plan.declared) this.#declared.get(name)?.settle(client)
  }

  /** @internal What the constructs say, and beside it what the plan says: see `blocks.ts`. */
  override toTerraform(): Record<string, unknown> {
    const constructed = recordOf(super.toTerraform())
    const blocks = this.#blocks
    if (blocks === undefined) return constructed
    const resource = recordOf(constructed['resource'])
    const clients = { ...recordOf(resource['auth0_client']), ...blocks.resource['auth0_client'] }
    const several = { import: blocks.import, removed: blocks.removed }
    return {
      ...constructed,
      ...(Object.keys(clients).length === 0 ? {} : { resource: { ...resource, auth0_client: clients } }),
      ...Object.fromEntries(
        Object.entries(several)
          .map(([name, list]) => [name, [...listOf(constructed[name]), ...list]] as const)
          .filter(([, list]) => list.length > 0),
      ),
      output: { ...recordOf(constructed['output']), ...blocks.output },
    }
  }

  /** @internal HCL is not written: the blocks of the plan would be missing, and Terraform would destroy what they keep. */
  override toHclTerraform(): never {
    throw new DeclarationError('Stacks are written as JSON only: leave out --hcl.')
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
