import { once } from 'node:events'
import { createServer } from 'node:http'
import { withInstallation } from '../installation/installation.ts'
import type { Installation } from '../installation/installation.ts'
import { byCallers } from '../installation/load.ts'
import type { Bench } from '../report.ts'
import { onRealServers } from '../servers.ts'
import { median } from '../statistics.ts'
import { costOf, idleCost } from './cost.ts'

/** What is compared is measured in turn, so often: each sees the same machine. */
const rounds = 5
const clients = 2000
const callers = 16

/** Takes whatever comes, as a receiver would, and reads none of it. */
const startSink = async () => {
  let bytes = 0
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    bytes: () => bytes,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** PATCH → 200 of one installation, measured again and again. */
const sideOf = async (nexus: Installation) => {
  const { clientIds } = nexus.tenant
  let next = 0
  const patch = (): Promise<void> => nexus.change(clientIds[next++ % clientIds.length] ?? '', 200)
  await byCallers(callers, 600, patch)
  const idle = await idleCost(nexus)
  const done: { readonly perSecond: number; readonly oneMs: number; readonly processorMs: number }[] = []
  const of = (what: keyof (typeof done)[number]): number => median(done.map((round) => round[what]))
  return {
    measure: async (): Promise<void> => {
      const { served, cost } = await costOf(nexus, idle, () => byCallers(callers, 800, patch))
      const alone = await byCallers(1, 150, patch)
      done.push({ perSecond: served.perSecond, oneMs: median(alone.took), processorMs: cost['nexus'] ?? Number.NaN })
    },
    figures: () => ({ perSecond: of('perSecond'), oneMs: of('oneMs'), processorMs: of('processorMs') }),
  }
}

/** What traces cost the main job: an installation that sends every one, beside one that sends none. */
export const traces: Bench = (report) =>
  onRealServers(report, async (servers) => {
    const sink = await startSink()
    try {
      await withInstallation(servers, { clients }, (without) =>
        withInstallation(servers, { clients, env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } }, async (withTraces) => {
          const [off, on] = [await sideOf(without), await sideOf(withTraces)]
          for (let round = 0; round < rounds; round += 1) for (const side of [off, on]) await side.measure()
          const [before, after] = [off.figures(), on.figures()]
          const tell = (
            name: string,
            one: number,
            other: number,
            unit: string,
            goal: { most: number } | { least: number },
          ) => {
            report({ name: `${name}: without traces`, value: one, unit })
            report({ name: `${name}: with traces`, value: other, unit })
            report({ name: `${name}: with ÷ without`, value: other / one, unit: '', goal })
          }
          const many = `PATCH → 200, ${callers} callers`
          tell(many, before.perSecond, after.perSecond, '/s', { least: 0.9 })
          tell(`${many}, processor time of one in Nexus`, before.processorMs, after.processorMs, 'ms', { most: 1.1 })
          tell('PATCH → 200, 1 caller, median', before.oneMs, after.oneMs, 'ms', { most: 1.1 })
          report({ name: 'sent to the receiver', value: sink.bytes() / 1_048_576, unit: 'MiB' })
        }),
      )
    } finally {
      sink.close()
    }
  })
