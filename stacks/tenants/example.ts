import { NexusClient } from 'nexus/stacks'
import type { TenantDeclarations } from 'nexus/stacks'

/**
 * An example: two clients of the tenant `example` in its state `prod`. Declarations of a tenant `acme` stand in `acme.ts`
 * beside this file, or in another folder: nexus synth --tenants DIR.
 */
export default {
  prod: (stack) => {
    new NexusClient(stack, 'storefront', {
      name: 'Storefront',
      appType: 'spa',
      grantTypes: ['authorization_code', 'refresh_token'],
      oidcConformant: true,
      // Until somebody changes them through Nexus: from then on they are theirs, and this line is not used.
      callbacks: ['https://shop.example.com/callback'],
    })

    new NexusClient(stack, 'invoicing', {
      name: 'Invoicing',
      appType: 'non_interactive',
      grantTypes: ['client_credentials'],
      authenticationMethod: 'client_secret_post',
    })
  },
} satisfies TenantDeclarations
