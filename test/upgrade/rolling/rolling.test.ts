import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openBrowser, signIn } from '../../api/console/browser.ts'
import type { Browser } from '../../api/console/browser.ts'
import { servers } from '../../support/stack.ts'
import { startLookingOn, startTraffic } from './traffic.ts'
import { openWorld, places } from './world.ts'
import type { Place, Version, World } from './world.ts'

/** How often the installation is upgraded and taken back: once in CI, more often in `npm run verify`. */
const rounds = Number(process.env['NEXUS_TEST_UPGRADES'] ?? 1)
const callers = 6
/** Answers that each caller gets between two replacements. */
const between = 4

/** With Redis: the embedded storage is one machine's. */
const isProduction = (servers?.redisUrl ?? null) !== null

const isApi = (place: Place): place is 'api-1' | 'api-2' => place.startsWith('api')

/** @returns undefined on a machine without what it takes; in CI that is a failure */
const open = async (): Promise<World | undefined> => {
  if (servers === null || !isProduction) throw new Error('There are no servers for this run.')
  const world = await openWorld(servers)
  if (!('missing' in world)) {
    onTestFinished(world.close)
    return world
  }
  if (process.env['CI'] === 'true') throw new Error(`In CI no suite may be skipped: ${world.missing}`)
  console.warn(`\nThe drill of an upgrade is skipped. It needs ${world.missing}\n`)
  return undefined
}

describe.skipIf(!isProduction)('an upgrade without a pause', () => {
  test(
    'loses no change and answers no 5xx, while every process is replaced by the next version and back',
    async ({ skip }) => {
      const world = await open()
      if (world === undefined) return skip()
      const { simulator, addresses, query } = world
      const ids = Array.from({ length: callers }, (_, caller) =>
        simulator.seed({ name: `Client ${caller}`, client_metadata: { owners: '["auth0|tester"]' } }),
      )
      await world.migrate('former')
      for (const place of places) await world.start(place, 'former')
      const before = openBrowser({ url: addresses['api-1'] })
      expect((await signIn(before)).status).toBe(302)
      const watcher = startLookingOn(world)
      await expect.poll(watcher.isOpen, { timeout: 10_000 }).toBe(true)
      const traffic = startTraffic(world, ids)
      await traffic.flow(between)

      const running = new Map<Place, Version>(places.map((place) => [place, 'former']))
      const took: number[] = []
      const replace = async (place: Place, version: Version): Promise<void> => {
        // The former version may say 503 to what comes when it is about to end: a balancer leaves it first.
        const leavesFirst = isApi(place) && running.get(place) === 'former'
        if (leavesFirst) {
          traffic.takeOut(place)
          await sleep(300)
        }
        took.push(await world.end(place))
        await world.start(place, version)
        running.set(place, version)
        if (leavesFirst) traffic.putIn(place)
        await traffic.flow(between)
      }
      const sees = async (browser: Browser): Promise<number[]> => {
        const statuses: number[] = []
        for (const url of Object.values(addresses)) {
          browser.moveTo(url)
          const answer = await browser.ask(`api/v1/tenants/acme/clients/${ids[0] ?? ''}`)
          await answer.text()
          statuses.push(answer.status)
        }
        return statuses
      }

      for (let round = 0; round < rounds; round += 1) {
        expect(await world.migrate('next')).toContain(round === 0 ? 'Applied' : 'up to date')
        await traffic.flow(between)
        // In between, each version works on what the other has queued: first the APIs are newer than the workers, then older.
        for (const place of places) await replace(place, 'next')
        expect(await sees(before)).toEqual([200, 200])
        const during = openBrowser({ url: addresses['api-2'] })
        expect((await signIn(during)).status).toBe(302)
        for (const place of places) await replace(place, 'former')
        expect(await sees(before)).toEqual([200, 200])
        expect(await sees(during)).toEqual([200, 200])
      }

      await traffic.end()
      const lagging = 'select client_id from nexus.clients where generation > settled_generation'
      await expect.poll(() => query(lagging), { timeout: 20_000 }).toEqual([])
      // With what the log says of it.
      expect(traffic.wrong.length === 0 ? [] : [...traffic.wrong, world.faults()]).toEqual([])
      const stored = await query<{ id: string; status: string }>('select id, status from nexus.changes')
      // Each accepted change is there, and nothing that nobody was told of: a repeated request has not become two.
      expect(new Set(stored.map(({ id }) => id))).toEqual(new Set(traffic.accepted.keys()))
      expect(stored.filter(({ status }) => status !== 'applied')).toEqual([])
      for (const [id, callback] of traffic.wanted) expect(simulator.clients.get(id)?.['callbacks']).toEqual([callback])
      const statuses = [...traffic.accepted.values()]
      expect(statuses).toContain(200)
      expect(statuses).toContain(202)
      const told = (kind: string): number => watcher.kinds().filter((one) => one === kind).length
      await expect
        .poll(() => [told('change.accepted'), told('change.applied')], { timeout: 10_000 })
        .toEqual([stored.length, stored.length])
      expect(watcher.ends().filter((one) => one.startsWith('reset'))).toEqual([])
      await watcher.end()
      expect(Math.max(...took)).toBeLessThan(15_000)
      console.log(
        `upgrade drill: ${stored.length} changes (${statuses.filter((one) => one === 202).length} of them 202), ` +
          `${took.length} processes replaced, ended within ${Math.max(...took).toFixed(0)} ms, ${traffic.cut()} connections cut`,
      )
    },
    120_000 + rounds * 180_000,
  )
})
