import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { PlanName } from '../../domain/limits/budget.ts'
import { applicationToken, assembleStack } from '../../test/support/assemble-stack.ts'
import type { Stack } from '../../test/support/assemble-stack.ts'
import type { Servers } from '../../test/support/servers.ts'
import type { Sent } from './sent.ts'

const changes = 50
/** Connections, plans and scripts are made in the first ones. */
const warmUp = 50
/** What Nexus asks of its own accord is counted for so long, and taken from what is counted while changes are made. */
const idleMs = 10_000
/** After the last answer, for what follows it. */
const afterMs = 300

/** In what a change differs from the usual one: plan none, an application of the file, no Idempotency-Key. */
export interface Variant {
  readonly plan?: PlanName
  readonly caller?: 'file' | 'database'
  readonly idempotent?: boolean
}

/** Of one change, in the mean. */
interface Tally {
  readonly total: number
  /** By text. */
  readonly each: ReadonlyMap<string, number>
}

export interface Cost {
  readonly statements: Tally
  readonly commands: Tally
  /** Statements that Nexus asks without any change. */
  readonly idlePerSecond: number
}

interface Watched {
  readonly statements: Sent
  readonly commands: Sent
}

/** What a PATCH → 200 costs, one after the other for the same client. */
export const costOfChange = async (servers: Servers, watched: Watched, variant: Variant): Promise<Cost> => {
  const { plan = 'none', caller = 'file', idempotent = false } = variant
  const stack = await assembleStack(servers, {
    simulator: { limits: plan },
    tenant: { plan, scanInterval: '24h', freshness: '1h' },
  })
  try {
    const id = stack.simulator.seed({ name: 'Counted', client_metadata: { owners: '["auth0|tester"]' } })
    const as = stack.token()
    const application = caller === 'file' ? applicationToken : await makeApplication(stack)
    const change = async (index: number): Promise<void> => {
      const answer = await stack.patch(
        id,
        { callbackUrls: [`https://app.example.com/${index}`] },
        {
          as,
          headers: {
            'x-application-token': application,
            ...(idempotent && { 'idempotency-key': `change-${index}` }),
          },
        },
      )
      await answer.text()
      if (answer.status !== 200) throw new Error(`Nexus answered ${answer.status}.`)
    }
    for (let index = 0; index < warmUp; index += 1) await change(index)
    await sleep(afterMs)
    const idle = await during(watched, () => sleep(idleMs))
    const busy = await during(watched, async () => {
      for (let index = 0; index < changes; index += 1) await change(warmUp + index)
      await sleep(afterMs)
    })
    const tally = (kind: keyof Watched): Tally => perChange(busy[kind], idle[kind], busy.ms / idle.ms)
    return {
      statements: tally('statements'),
      commands: tally('commands'),
      idlePerSecond: (1000 * idle.statements.length) / idle.ms,
    }
  } finally {
    await stack.close()
  }
}

const during = async ({ statements, commands }: Watched, work: () => Promise<void>) => {
  const marks = { statements: statements.mark(), commands: commands.mark() }
  const start = performance.now()
  await work()
  return {
    ms: performance.now() - start,
    statements: await statements.since(marks.statements),
    commands: await commands.since(marks.commands),
  }
}

/** What is sent beside fewer of the changes has nothing to do with them: where an idle Nexus sends it as well, and at all. */
const leastOf = { known: 0.5, unknown: 0.1 }

/** @param share how long the changes took, in terms of the idle time */
const perChange = (busy: readonly string[], idle: readonly string[], share: number): Tally => {
  const background = Map.groupBy(idle, (text) => text)
  const each = [...Map.groupBy(busy, (text) => text)].flatMap(([text, all]): [string, number][] => {
    const others = (background.get(text)?.length ?? 0) * share
    const count = (all.length - others) / changes
    return count < (others > 0 ? leastOf.known : leastOf.unknown) ? [] : [[text, count]]
  })
  return { total: each.reduce((sum, [, count]) => sum + count, 0), each: new Map(each) }
}

const makeApplication = async (stack: Stack): Promise<string> => {
  const answer = await stack.request('/v1/admin/applications', {
    method: 'POST',
    as: stack.token({ sub: 'auth0|admin', permissions: ['tenant.admin', 'client.write.all'] }),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', tenants: ['acme'], permissions: ['client.read', 'client.write'] }),
  })
  return z.object({ token: z.string() }).parse(await answer.json()).token
}
