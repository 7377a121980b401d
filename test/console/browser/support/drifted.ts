import { vi } from 'vitest'
import { z } from 'zod'
import { retry } from '../../../api/support.ts'
import type { Stack } from '../../../support/stack.ts'

const Drifted = z.object({ clients: z.array(z.unknown()) })

/** Waits until so many clients of the tenant have drifted. @param as a token that may read all of them */
export const untilDrifted = (stack: Stack, count: number, as: string): Promise<unknown> =>
  vi.waitUntil(
    async () => {
      const answer = await stack.request('/v1/tenants/acme/drift', { as })
      return Drifted.parse(await answer.json()).clients.length === count
    },
    { timeout: 15_000, interval: 200 },
  )

/** What Nexus confirms of a client before it drifts. */
export const keptOf = (id: string): string[] => [`https://${id}.example.com/kept`]

/** Has callback URLs of clients of `acme` confirmed, and then others put into Auth0 by somebody. */
export const driftTo = async (stack: Stack, ids: readonly string[], foreign: readonly string[]): Promise<void> => {
  const as = stack.token({ permissions: ['client.write.all'] })
  for (const id of ids) {
    await stack.patch(id, { callbackUrls: keptOf(id) }, { as })
    stack.simulator.seed({ ...stack.simulator.clients.get(id), callbacks: [...foreign] })
    await retry(stack, id, as)
  }
  await untilDrifted(stack, ids.length, as)
}
