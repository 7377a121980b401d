import { readFileSync } from 'node:fs'
import { expect, onTestFinished, vi } from 'vitest'
import type { Stack } from '../support/assemble-stack.ts'

/** Servers of Redis for a suite, which is skipped on a machine that has no redis-server. */
export const installed = async <T>(starting: Promise<T | undefined>): Promise<T> => {
  const servers = await starting
  if (servers === undefined) throw new Error('redis-server is not installed')
  return servers
}

/** The same, for one test. */
export const forTest = async <T extends { readonly close: () => Promise<void> }>(
  starting: Promise<T | undefined>,
): Promise<T> => {
  const servers = await installed(starting)
  onTestFinished(servers.close)
  return servers
}

/** A client that the tests' user may change. */
export const owned = (stack: Stack): string =>
  stack.simulator.seed({ name: 'Ours', client_metadata: { owners: '["auth0|tester"]' } })

/** Has a change accepted, and does not wait for it. */
export const accept = async (stack: Stack, id: string, url: string): Promise<void> => {
  const answer = await stack.patch(id, { callbackUrls: [url] }, { headers: { prefer: 'respond-async' } })
  expect(answer.status).toBe(202)
}

/** Waits until Auth0 has it. */
export const applied = (stack: Stack, id: string, url: string, withinMs: number) =>
  vi.waitFor(() => expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual([url]), {
    timeout: withinMs,
    interval: 50,
  })

export const guide = readFileSync('docs/guides/redis.md', 'utf8')

/** The rules of the user that the guide makes, and what it adds for a cluster. */
export const userOfGuide = (): { readonly rules: readonly string[]; readonly forCluster: readonly string[] } => {
  const [, block = ''] = /^redis-cli ACL SETUSER nexus-queue reset on '>password' ([^]*?)\n```/m.exec(guide) ?? []
  const lines = block.split('\\\n').map((line) => line.replaceAll("'", '').trim().split(/\s+/))
  return { rules: lines.slice(0, -1).flat(), forCluster: lines.at(-1) ?? [] }
}
