import { Client } from '@cdktf/provider-auth0/client'
import type { ClientConfig } from '@cdktf/provider-auth0/client'
import { ClientCredentials } from '@cdktf/provider-auth0/client-credentials'
import { DefaultTokenResolver, StringConcat, Tokenization } from 'cdktn'
import { Construct } from 'constructs'
import { recordOf } from '../domain/shape.ts'
import { optional, optionalOfCredentials } from './plan/attributes.ts'
import type { Attributes } from './plan/attributes.ts'
import type { Declaration } from './plan/claims.ts'
import type { DeclaredClient } from './plan/plan.ts'
import { TenantStack } from './tenant-stack.ts'

/** What a stack decides by itself, or has no use for. */
type Decided = 'id' | 'lifecycle' | 'count' | 'forEach' | 'provider' | 'provisioners' | 'connection'

/** As the provider's `auth0_client`, whose documentation holds; only `name` must be given. */
export interface NexusClientProps extends Omit<ClientConfig, Decided> {
  /** The id of an existing client, to take it over by an import instead of making one. */
  readonly clientId?: string
  /**
   * What Auth0 holds of an existing client and this declaration shall replace: attributes with Terraform's names, or parts
   * of them, such as `callbacks` or `client_metadata.owners`. `nexus synth` says which a takeover needs.
   */
  readonly replaces?: readonly string[]
  /** How it authenticates at the token endpoint. Key-based methods are not declared here: keys belong in no source. */
  readonly authenticationMethod?: 'none' | 'client_secret_post' | 'client_secret_basic'
}

const pascal = (attribute: string): string =>
  attribute.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** Takes an attribute out of the configuration: the bindings have a method of each. */
const leaveOut = (client: Client, attribute: string): void => {
  const reset: unknown = Reflect.get(client, `reset${pascal(attribute)}`)
  if (typeof reset !== 'function') throw new Error(`The bindings cannot leave out ${attribute}.`)
  Reflect.apply(reset, client, [])
}

/** The attributes that a client's configuration gives, as Terraform will read them. */
const givenIn = (client: Client): Attributes => {
  const resolver = new DefaultTokenResolver(new StringConcat())
  const resolved: unknown = Tokenization.resolve(client.toTerraform(), { scope: client, preparing: false, resolver })
  const attributes = recordOf(
    recordOf(recordOf(recordOf(resolved)['resource'])['auth0_client'])[client.friendlyUniqueId],
  )
  return Object.fromEntries(
    ['name', ...optional].flatMap((name) =>
      attributes[name] === undefined || attributes[name] === null ? [] : [[name, attributes[name]]],
    ),
  )
}

/**
 * A client that code declares. Its texts are the author's own: `${…}` in them means what it means in Terraform.
 *
 * Terraform looks after what the declaration gives, and after nothing else of the client: every other attribute is left
 * out of the configuration and ignored, and so is what Nexus owns, whatever is declared. The client is never destroyed.
 * Where the declaration is removed later, it stays in the state, untouched.
 */
export class NexusClient extends Construct {
  readonly client: Client
  readonly #props: NexusClientProps
  #credentials: ClientCredentials | undefined

  /** @param name the resource's name in Terraform: `auth0_client.<name>` */
  constructor(scope: Construct, name: string, props: NexusClientProps) {
    super(scope, name)
    const { clientId: _clientId, authenticationMethod, replaces: _replaces, ...config } = props
    this.#props = props
    this.client = new Client(this, 'client', config)
    this.client.overrideLogicalId(name)
    if (authenticationMethod !== undefined) {
      this.#credentials = new ClientCredentials(this, 'credentials', {
        clientId: this.client.clientId,
        authenticationMethod,
        // The keys of a client belong in no source, and are no difference.
        lifecycle: {
          preventDestroy: true,
          ignoreChanges: optionalOfCredentials.filter((name) => name !== 'authentication_method'),
        },
      })
    }
    TenantStack.around(this).declare(this, name)
  }

  /** @internal */
  get declaration(): Declaration {
    const { clientId, authenticationMethod, name, replaces } = this.#props
    return {
      name: this.client.friendlyUniqueId,
      clientId: clientId ?? null,
      clientName: name,
      authenticationMethod: authenticationMethod ?? null,
      given: givenIn(this.client),
      replaces: replaces ?? [],
    }
  }

  /** @internal Makes of the declaration what the plan says of it. */
  settle({ leftOut, ignored, credentials }: DeclaredClient): void {
    for (const attribute of leftOut) leaveOut(this.client, attribute)
    this.client.lifecycle = { preventDestroy: true, ignoreChanges: [...ignored] }
    this.#credentials?.overrideLogicalId(credentials)
  }
}
