import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { Stack } from '../test/support/assemble-stack.ts'

/** Client ids of so many seeded clients, all owned by the bench's user. */
export const seedFleet = (stack: Stack, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    stack.simulator.seed({
      name: `Fleet ${index}`,
      callbacks: [`https://app-${index}.example.com/callback`],
      client_metadata: { owners: '["auth0|tester"]' },
    }),
  )

/** Waits until the scan knows them all. */
export const untilScanned = async (stack: Stack, count: number): Promise<void> => {
  for (;;) {
    const [row] = await stack.query<{ known: number }>(`select count(*)::int as known from nexus.clients`)
    const [tenant] = await stack.query<{ done: boolean }>(`select last_scan_at is not null as done from nexus.tenants`)
    if ((row?.known ?? 0) >= count && tenant?.done === true) return
    await sleep(50)
  }
}

/** Sends one change for each client, `concurrency` requests at a time, and does not wait for Auth0. */
export const changeAll = async (
  stack: Stack,
  ids: readonly string[],
  value: (id: string) => unknown,
  concurrency = 16,
): Promise<void> => {
  const as = stack.token()
  await pLimit(concurrency).map(ids, async (id) => {
    const answer = await stack.patch(id, value(id), { as, headers: { prefer: 'respond-async' } })
    await answer.text()
    if (answer.status !== 202 && answer.status !== 200) throw new Error(`Nexus answered ${answer.status}.`)
  })
}

/** Waits until every accepted change is settled; answers how many were applied and rejected. */
export const untilSettled = async (stack: Stack, withinMs: number): Promise<{ applied: number; rejected: number }> => {
  const last = performance.now() + withinMs
  for (;;) {
    const [row] = await stack
      .query<{ waiting: number; applied: number; rejected: number }>(
        `select count(*) filter (where status = 'accepted')::int as waiting,
                count(*) filter (where status = 'applied')::int as applied,
                count(*) filter (where status = 'rejected')::int as rejected from nexus.changes`,
      )
      .catch((error: unknown) => {
        // A connection may be from before the server was killed; the next look has another.
        if (performance.now() > last) throw error
        return []
      })
    if (row !== undefined && (row.waiting === 0 || performance.now() > last)) return row
    await sleep(50)
  }
}

/** Calls to the Management API since the last reset. */
export const calls = (stack: Stack): number => stack.simulator.stats.calls
