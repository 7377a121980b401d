import { Client } from '@cdktf/provider-auth0/client'
import type { ClientConfig } from '@cdktf/provider-auth0/client'
import { ClientCredentials } from '@cdktf/provider-auth0/client-credentials'
import { Construct } from 'constructs'
import type { Ownable } from './plan/attributes.ts'
import { ownable } from './plan/attributes.ts'
import type { Declaration } from './plan/claims.ts'
import type { DeclaredClient } from './plan/plan.ts'
import { TenantStack } from './tenant-stack.ts'

/** What a stack decides by itself, or has no use for. */
type Decided = 'id' | 'lifecycle' | 'count' | 'forEach' | 'provider' | 'provisioners' | 'connection'

/** As the provider's `auth0_client`, whose documentation holds; only `name` must be given. */
export interface NexusClientProps extends Omit<ClientConfig, Decided> {
  /** The id of an existing client, to take it over by an import instead of making one. */
  readonly clientId?: string
  /** How it authenticates at the token endpoint. Key-based methods are not declared here: keys belong in no source. */
  readonly authenticationMethod?: 'none' | 'client_secret_post' | 'client_secret_basic'
}

const properties = {
  allowed_logout_urls: 'allowedLogoutUrls',
  allowed_origins: 'allowedOrigins',
  callbacks: 'callbacks',
  client_metadata: 'clientMetadata',
  mobile: 'mobile',
  web_origins: 'webOrigins',
} as const satisfies Record<Ownable, keyof NexusClientProps>

const leaveOut: Readonly<Record<Ownable, (client: Client) => void>> = {
  allowed_logout_urls: (client) => client.resetAllowedLogoutUrls(),
  allowed_origins: (client) => client.resetAllowedOrigins(),
  callbacks: (client) => client.resetCallbacks(),
  client_metadata: (client) => client.resetClientMetadata(),
  mobile: (client) => client.resetMobile(),
  web_origins: (client) => client.resetWebOrigins(),
}

/**
 * A client that code declares. Its texts are the author's own: `${…}` in them means what it means in Terraform.
 *
 * What Nexus owns of it is left out of the configuration and ignored, whatever is declared; it is never destroyed. Where
 * the declaration is removed later, the client stays in the state, untouched.
 */
export class NexusClient extends Construct {
  readonly client: Client
  readonly declaration: Declaration
  #credentials: ClientCredentials | undefined

  /** @param name the resource's name in Terraform: `auth0_client.<name>` */
  constructor(scope: Construct, name: string, props: NexusClientProps) {
    super(scope, name)
    const { clientId, authenticationMethod, ...config } = props
    this.client = new Client(this, 'client', config)
    this.client.overrideLogicalId(name)
    if (authenticationMethod !== undefined) {
      this.#credentials = new ClientCredentials(this, 'credentials', {
        clientId: this.client.clientId,
        authenticationMethod,
        lifecycle: { preventDestroy: true },
      })
    }
    this.declaration = {
      name,
      clientId: clientId ?? null,
      clientName: props.name,
      authenticates: authenticationMethod !== undefined,
      given: ownable.filter((attribute) => props[properties[attribute]] !== undefined),
    }
    TenantStack.around(this).declare(this)
  }

  /** Makes of the declaration what the plan says of it. */
  settle({ leftOut, credentials }: DeclaredClient): void {
    for (const attribute of leftOut) leaveOut[attribute](this.client)
    this.client.lifecycle = {
      preventDestroy: true,
      ...(leftOut.length === 0 ? {} : { ignoreChanges: [...leftOut] }),
    }
    this.#credentials?.overrideLogicalId(credentials)
  }
}
