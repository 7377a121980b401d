import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { z } from 'zod'
import { assembleWorld, client } from '../../test/console/browser/support/assemble-world.ts'
import type { World } from '../../test/console/browser/support/assemble-world.ts'
import buildConsole from '../../test/console/browser/support/built.ts'
import { hasChromium } from '../../test/console/browser/support/chromium.ts'
import type { Bench, Report } from '../report.ts'
import { onRealServers } from '../servers.ts'
import { ms } from '../statistics.ts'

const clients = 10_000

/** The console in a browser: what its first page loads, and whether a long list stands still while somebody uses it. */
export const consolePage: Bench = (report) =>
  onRealServers(report, async (servers) => {
    if (!hasChromium()) return
    buildConsole()
    const many = Array.from({ length: clients }, (_, index) => client(`client-${index}`, `Application ${index}`))
    const world = await assembleWorld(servers, many, { tenant: { scanInterval: '24h' } })
    try {
      await untilKnown(world)
      await firstPage(world, report)
      await longList(world, report)
    } finally {
      await world.close()
    }
  })

/** The first scan of so many clients takes a minute at the most. */
const knownWithinMs = 300_000

const untilKnown = async ({ stack }: World): Promise<void> => {
  const deadline = performance.now() + knownWithinMs
  for (;;) {
    const [row] = await stack.query<{ known: number }>('select count(*)::int as known from nexus.client_listings')
    if ((row?.known ?? 0) >= clients) return
    if (performance.now() > deadline) throw new Error(`After five minutes ${row?.known ?? 0} clients are known.`)
    await sleep(500)
  }
}

/** What is loaded until the list of clients stands there. */
const firstPage = async (world: World, report: Report): Promise<void> => {
  const page = await world.open('everything', 'tenants/acme/clients')
  await page.reload()
  const start = performance.now()
  await page.reload()
  await page.getByRole('link', { name: /Application 0/ }).waitFor()
  report({
    name: `the list of ${clients.toLocaleString('en')} clients stands there after`,
    value: performance.now() - start,
    unit: 'ms',
  })
  const context = await world.browser.newContext()
  const fresh = await context.newPage()
  let bytes = 0
  fresh.on('response', (answer) => {
    const length = Number(answer.headers()['content-length'] ?? 0)
    if (answer.url().endsWith('.js')) bytes += length
  })
  await context.addCookies(await page.context().cookies())
  await fresh.goto(`${world.url}tenants/acme/clients`)
  await fresh.getByRole('link', { name: /Application 0/ }).waitFor()
  report({ name: 'JavaScript of the first page, compressed', value: bytes / 1024, unit: 'KiB', goal: { most: 195 } })
  await context.close()
  await page.context().close()
}

/** Scrolls through the list and filters it, as fast as hands can. The browser's own tracing tells what kept its main thread. */
const longList = async (world: World, report: Report): Promise<void> => {
  const page = await world.open('everything', 'tenants/acme/clients')
  await page.getByRole('link', { name: /Application 0/ }).waitFor()
  await world.browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] })
  for (let step = 0; step < 120; step += 1) {
    await page.mouse.wheel(0, 1500)
    await page.waitForTimeout(40)
  }
  const filter = page.getByRole('searchbox')
  await filter.pressSequentially('application 77', { delay: 60 })
  await page.waitForTimeout(800)
  const shown = await shownRows(page)
  const tasks = tasksIn(await world.browser.stopTracing())
  report({ note: `${tasks.length} tasks of the page's main thread; ${shown} rows in the page at the end` })
  report({
    name: "the longest task of the page's main thread while it scrolls and filters",
    value: Math.max(...tasks.map(({ wall }) => wall)),
    unit: 'ms',
    goal: { most: 100 },
    beside: `of a processor: ${ms(Math.max(...tasks.map(({ processor }) => processor)))}`,
  })
  await page.context().close()
}

const shownRows = (page: Page): Promise<number> => page.getByRole('listitem').count()

const Trace = z.object({
  traceEvents: z.array(
    z.looseObject({
      name: z.string(),
      pid: z.number(),
      tid: z.number(),
      dur: z.number().optional(),
      tdur: z.number().optional(),
      args: z.looseObject({ name: z.unknown() }).partial().optional(),
    }),
  ),
})

interface Task {
  readonly wall: number
  /** What of that the thread really ran: the machine may have had other work. */
  readonly processor: number
}

/** How long each task of a page's main thread took, in milliseconds. */
const tasksIn = (trace: Buffer): Task[] => {
  const { traceEvents } = Trace.parse(JSON.parse(trace.toString('utf8')))
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  return traceEvents.flatMap(({ name, pid, tid, dur, tdur }) =>
    name.endsWith('RunTask') && dur !== undefined && mains.has(`${pid} ${tid}`)
      ? [{ wall: dur / 1000, processor: (tdur ?? dur) / 1000 }]
      : [],
  )
}
