import { assembleStack } from '../test/support/assemble-stack.ts'
import { startEmbeddedServers } from '../test/support/local-servers.ts'
import { calls, changeAll, untilSettled } from './fleet.ts'
import type { Bench } from './report.ts'

/** One refused change among twenty that wait for the same client: the others are applied, in at most 21 calls. */
export const refusal: Bench = async (report) => {
  const local = await startEmbeddedServers()
  const stack = await assembleStack(local.servers, { tenant: { scanInterval: '1h', freshness: '1h' } })
  try {
    const metadata = { owners: '["auth0|tester"]', product_name: 'Product' }
    const id = stack.simulator.seed({ name: 'Refused once', client_metadata: metadata })
    await (await stack.request(`/v1/tenants/acme/clients/${id}`)).text()
    await stack.query(`update nexus.tenants set paused_at = now()`)
    for (let index = 0; index < 20; index += 1)
      await changeAll(stack, [id], () =>
        // One metadata key more than Auth0 allows, which Nexus cannot know yet.
        index === 11
          ? { client_upn_key: 'upn' }
          : { productName: `Product ${index}`, callbackUrls: [`https://app.example.com/${index}`] },
      )
    const theirs = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`theirs_${index}`, 'x']))
    stack.simulator.seed({ ...stack.simulator.clients.get(id), client_metadata: { ...metadata, ...theirs } })
    stack.simulator.resetStats()
    await stack.query(`update nexus.tenants set paused_at = null`)
    await stack.query(`update nexus.clients set woken_at = null`)
    const { applied, rejected } = await untilSettled(stack, 60_000)
    const [change] = await stack.query<{ detail: string }>(
      `select refusal->>'detail' as detail from nexus.changes where status = 'rejected'`,
    )
    report({
      name: 'calls for twenty changes, one of which is refused',
      value: calls(stack),
      unit: '',
      goal: { most: 21 },
      beside: `${applied} applied, ${rejected} rejected`,
    })
    report({ note: `Auth0's words: ${change?.detail ?? 'none'}` })
  } finally {
    await stack.close()
    await local.close()
  }
}
