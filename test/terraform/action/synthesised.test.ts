import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAuth0Provider } from '../../support/auth0-provider/provider.ts'
import type { Auth0Provider } from '../../support/auth0-provider/provider.ts'
import { deleteInAuth0 } from '../../support/auth0.ts'
import { withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { hasTerraform } from '../../support/terraform.ts'
import { checkOut } from './job.ts'
import type { Repository } from './job.ts'

/** The declarations of the tenant acme. */
const declaring = (more = ''): string => `import { NexusClient } from 'nexus/stacks'
import type { TenantDeclarations } from 'nexus/stacks'

export default {
  main: (stack) => {
    new NexusClient(stack, 'billing', {
      name: 'Billing',
      appType: 'regular_web',
      callbacks: ['https://billing.example.com/callback'],
      clientMetadata: { owners: '["auth0|tester"]' },
      ${more}
    })
  },
} satisfies TenantDeclarations
`

/** The action for stacks that Nexus writes: the real terraform, with a provider that works on the simulated tenant. */
describe.skipIf(servers === null || !hasTerraform)('the action, for what Nexus writes', { timeout: 180_000 }, () => {
  let stack: Stack
  let provider: Auth0Provider
  beforeAll(async () => {
    stack = await startStack(withStates({ tenant: { scanInterval: '24h', freshness: '24h' } }))
    provider = await startAuth0Provider(stack.simulator)
  })
  afterAll(async () => {
    await provider.close()
    await stack.close()
  })

  const inAuth0 = () => stack.simulator.clients.all().find(({ name }) => name === 'Billing')
  const repositoryWith = (declarations: string): Repository => {
    const repository = checkOut(stack, provider.env)
    repository.write('stacks/tenants/acme.ts', declarations)
    return repository
  }
  const as = () => stack.token({ permissions: ['client.read.all', 'client.write.all'] })

  test('a declared client is made, and is Terraform’s in Nexus', async () => {
    const repository = repositoryWith(declaring())
    const planned = await repository.run('plan')
    expect(planned).toMatchObject({
      outcome: 'success',
      outputs: { changed: 'true' },
      steps: { 'Install Nexus': 'success', Plan: 'success' },
    })
    expect(planned.summary).toMatch(/^## acme: changes of owners that wait in Nexus\n\n/)
    expect(planned.summary).toContain('Plan: 1 to add, 0 to change, 0 to destroy.')
    expect(inAuth0()).toBeUndefined()

    const applied = await repository.run('apply')
    expect(applied).toMatchObject({ outcome: 'success', outputs: { changed: 'true' } })
    expect(applied.summary).toContain('Apply complete! Resources: 1 added')
    const { client_id: id } = inAuth0() ?? {}
    const read = await stack.request(`/v1/tenants/acme/clients/${String(id)}`, { as: as() })
    expect(await read.json()).toMatchObject({ name: 'Billing', manuallyCreated: false })
  })

  test('what an owner changed by the API is no change of the plan, and outlives the next apply', async () => {
    const { client_id: id } = inAuth0() ?? {}
    const callbackUrls = ['https://billing.example.com/callback', 'https://billing.example.com/second']
    expect((await stack.patch(String(id), { callbackUrls })).status).toBe(200)

    const planned = await repositoryWith(declaring()).run('plan')
    expect(planned).toMatchObject({ outcome: 'success', outputs: { changed: 'false' } })
    expect(planned.summary).toContain('No changes.')

    const applied = await repositoryWith(declaring(`description: 'Invoices',`)).run('apply')
    expect(applied).toMatchObject({ outcome: 'success', outputs: { changed: 'true' } })
    expect(applied.summary).toContain('Apply complete! Resources: 0 added, 1 changed')
    expect(inAuth0()).toMatchObject({ description: 'Invoices', callbacks: callbackUrls })
  })

  test('what becomes owned while it plans makes it begin anew, once', async () => {
    const { client_id: id } = inAuth0() ?? {}
    const allowedWebOrigins = ['https://billing.example.com']
    // Until the apply takes the lock.
    provider.before('PlanResourceChange', () => stack.patch(String(id), { allowedWebOrigins }))
    const more = `description: 'All invoices', webOrigins: ['https://declared.example.com'],`
    const { outcome, log } = await repositoryWith(declaring(more)).run('apply', {
      'lock-timeout': '1s',
    })
    expect(log).toContain('::notice::The lock was refused as outdated: synthesised and planned again.')
    expect(outcome).toBe('success')
    expect(inAuth0()).toMatchObject({ description: 'All invoices', web_origins: allowedWebOrigins })
  })

  test('a plan that would make a client that nobody declares fails, and says so', async () => {
    const id = stack.simulator.seed({ name: 'Adopted' })
    const adopting = await stack.request(`/v1/tenants/acme/clients/${id}/terraform`, {
      method: 'PUT',
      as: stack.token({ permissions: ['terraform.adopt', 'client.read.all', 'client.write.all'] }),
    })
    expect(adopting.ok).toBe(true)
    const repository = repositoryWith(declaring())
    expect(await repository.run('apply')).toMatchObject({ outcome: 'success' })
    // After the synthesis: the plan finds nothing where the stack has a client.
    provider.before('ReadResource', async () => {
      await deleteInAuth0(stack.simulator, id)
    })
    const { outcome, log, summary } = await repository.run('plan')
    expect(outcome).toBe('failure')
    expect(summary).toContain('## cdktf.out/stacks/acme.main: this plan must not be applied\n\n')
    expect(log).toContain(`auth0_client.c_${id}`)
  })
})
