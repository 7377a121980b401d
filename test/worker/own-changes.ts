import { expect, vi } from 'vitest'
import type { Stack } from '../support/stack.ts'

/**
 * The newest change of Nexus' own of a client reached Auth0 because the queue was woken: the sweep leaves a row alone for
 * 10 s after it was asked for.
 */
export const expectWoken = async (stack: Stack, clientId: string): Promise<void> => {
  await vi.waitFor(async () => {
    const [change] = await stack.query<{ status: string; tookMs: number }>(
      `select status, extract(epoch from settled_at - accepted_at)::float8 * 1000 as "tookMs" from nexus.changes
       where client_id = $1 and author->>'kind' = 'policy' order by generation desc limit 1`,
      [clientId],
    )
    expect(change).toMatchObject({ status: 'applied' })
    expect(change?.tookMs).toBeLessThan(5000)
  }, 20_000)
}
