import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startForwarder } from '../../support/forwarder.ts'
import { startOtlpReceiver } from '../../support/otlp/receiver.ts'
import type { OtlpReceiver, ReceivedSpan } from '../../support/otlp/receiver.ts'
import { nexus } from '../../support/process.ts'
import type { NexusProcess } from '../../support/process.ts'
import { applicationToken, servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, seedClient } from '../../api/support.ts'

const File = z.looseObject({ tenants: z.array(z.looseObject({ domain: z.string() })) })

const callers = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const traceparent = `00-${callers.traceId}-${callers.spanId}-01`

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const span = spans.find((one) => one.name === name)
  if (span === undefined) throw new Error(`There is no span ${name} among: ${spans.map((one) => one.name).join(', ')}.`)
  return span
}

describe.skipIf(servers === null)('a trace', () => {
  let stack: Stack
  let folder: string
  let receiver: OtlpReceiver
  let auth0: Awaited<ReturnType<typeof startForwarder>>
  let api: NexusProcess
  let worker: NexusProcess
  let url: string
  /** The `traceparent` of each PATCH that reached Auth0. */
  const heard: (string | undefined)[] = []

  const start = (role: 'api' | 'worker', env: Record<string, string> = {}): NexusProcess =>
    nexus([role, '--config', path.join(folder, 'nexus.yaml')], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=only-for-the-collector',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_SERVICE_NAME: `nexus-${role}`,
      ...env,
    })

  beforeAll(async () => {
    stack = await startStack({ roles: { api: false, worker: false } })
    receiver = await startOtlpReceiver()
    auth0 = await startForwarder(stack.simulator.url, {
      pathFor: (asked) => asked,
      onRequest: ({ method, headers }) => {
        if (method === 'PATCH') heard.push(headers['traceparent']?.toString())
      },
    })
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-traces-'))
    const file = File.parse(JSON.parse(stack.configurationText))
    const tenants = file.tenants.map((tenant) => ({ ...tenant, domain: auth0.url }))
    await writeFile(path.join(folder, 'nexus.yaml'), JSON.stringify({ ...file, tenants }))
    api = start('api')
    worker = start('worker')
    url = (await api.says(/"url":"(http:[^"]+)"/))[1] ?? ''
    await worker.says(/Nexus is up/)
  })
  afterAll(async () => {
    await Promise.all([api, worker].map((one) => one?.kill('SIGTERM')))
    auth0?.close()
    await Promise.all([receiver?.close(), stack?.close()])
    await rm(folder, { recursive: true, force: true })
  })

  const patch = (id: string, body: unknown, headers: Record<string, string> = {}, at = url): Promise<Response> =>
    fetch(`${at}${pathOf(id)}`, {
      method: 'PATCH',
      body: JSON.stringify(body),
      headers: {
        authorization: `Bearer ${stack.token()}`,
        'x-application-token': applicationToken,
        'content-type': 'application/json',
        ...headers,
      },
    })

  const spansOf = (traceId: string): readonly ReceivedSpan[] =>
    receiver.spans().filter((span) => span.traceId === traceId)
  const untilThere = async (traceId: string, ...names: readonly string[]): Promise<readonly ReceivedSpan[]> => {
    await expect
      .poll(() => spansOf(traceId).map(({ name }) => name), { timeout: 20_000 })
      .toEqual(expect.arrayContaining([...names]))
    return spansOf(traceId)
  }

  const request = 'PATCH /v1/tenants/:tenantId/clients/:clientId'
  const job = 'process sync.{tenant}'
  const call = 'PATCH /api/v2/clients/{id}'

  test('is one from the request over the queue to Auth0 and back, across processes', async () => {
    const id = seedClient(stack)
    const answer = await patch(
      id,
      { callbackUrls: ['https://a.example.com/cb'] },
      { traceparent, tracestate: 'vendor=1' },
    )
    expect(answer.status).toBe(200)
    const spans = await untilThere(callers.traceId, request, job, call)
    const [asked, accepted, woken, worked, called] = [
      named(spans, request),
      named(spans, 'accept change'),
      named(spans, 'wake sync.{tenant}'),
      named(spans, job),
      named(spans, call),
    ]
    expect(asked).toMatchObject({
      kind: 'SPAN_KIND_SERVER',
      parentSpanId: callers.spanId,
      traceState: 'vendor=1',
      resource: { 'service.name': 'nexus-api', 'service.version': expect.any(String) },
      attributes: {
        'http.request.method': 'PATCH',
        'http.route': '/v1/tenants/:tenantId/clients/:clientId',
        'http.response.status_code': '200',
        'nexus.request.id': answer.headers.get('x-request-id'),
      },
    })
    expect(accepted).toMatchObject({
      kind: 'SPAN_KIND_PRODUCER',
      parentSpanId: asked.spanId,
      attributes: { 'nexus.client.id': id, 'nexus.change.id': answer.headers.get('nexus-change') },
    })
    expect(woken).toMatchObject({
      kind: 'SPAN_KIND_PRODUCER',
      parentSpanId: asked.spanId,
      attributes: { 'messaging.system': 'bullmq', 'messaging.destination.name': 'sync.acme' },
    })
    expect(worked).toMatchObject({
      kind: 'SPAN_KIND_CONSUMER',
      parentSpanId: accepted.spanId,
      links: [],
      resource: { 'service.name': 'nexus-worker' },
      attributes: { 'nexus.tenant.id': 'acme', 'nexus.changes': '1', 'nexus.outcome': 'applied' },
    })
    expect(called).toMatchObject({
      kind: 'SPAN_KIND_CLIENT',
      parentSpanId: worked.spanId,
      attributes: { 'http.response.status_code': '200', 'server.address': '127.0.0.1' },
    })
    expect(heard).toContain(`00-${callers.traceId}-${called.spanId}-01`)
    // There and back: the answer is out after Auth0 has answered.
    expect(asked.startTimeUnixNano < called.startTimeUnixNano).toBe(true)
    expect(asked.endTimeUnixNano > called.endTimeUnixNano).toBe(true)
    expect(receiver.headers()['x-collector-key']).toBe('only-for-the-collector')
  })

  test('is continued by the newest of several changes that are sent together, and linked to those of the others', async () => {
    const id = seedClient(stack)
    const admin = stack.token({ permissions: ['tenant.admin'] })
    const stand = async (action: 'pause' | 'resume'): Promise<void> => {
      const headers = { authorization: `Bearer ${admin}`, 'x-application-token': applicationToken }
      expect((await fetch(`${url}/v1/tenants/acme/${action}`, { method: 'POST', headers })).ok).toBe(true)
    }
    await stand('pause')
    const ids = ['1', '2', '3'].map((digit) => digit.repeat(32))
    for (const traceId of ids) {
      const body = { callbackUrls: [`https://${traceId}.example.com/cb`] }
      expect((await patch(id, body, { traceparent: `00-${traceId}-${callers.spanId}-01` })).status).toBe(202)
    }
    await stand('resume')
    const [first = '', second = '', newest = ''] = ids
    const worked = named(await untilThere(newest, job, call), job)
    const others = []
    for (const traceId of [first, second])
      others.push(named(await untilThere(traceId, 'accept change'), 'accept change'))
    expect(worked.links).toEqual(others.map(({ traceId, spanId }) => ({ traceId, spanId })))
    expect(worked.attributes).toMatchObject({ 'nexus.changes': '3' })
    for (const traceId of [first, second]) expect(spansOf(traceId).map(({ name }) => name)).not.toContain(job)
  })

  test('has its ids in the lines of both logs, and in problems', async () => {
    const id = seedClient(stack)
    const traceId = '4'.repeat(32)
    const headers = { traceparent: `00-${traceId}-${callers.spanId}-01` }
    stack.simulator.setFaults({ resetBeforeShare: 1, methods: ['PATCH'] })
    const waiting = await patch(id, { callbackUrls: ['https://b.example.com/cb'] }, { ...headers, prefer: 'wait=1' })
    expect(waiting.status).toBe(202)
    const failed = named(await untilThere(traceId, call), call)
    stack.simulator.setFaults({})
    expect(failed).toMatchObject({
      status: { code: 'STATUS_CODE_ERROR' },
      attributes: { 'error.type': 'UND_ERR_SOCKET' },
    })
    const ids = `"trace_id":"${traceId}","span_id":"[0-9a-f]{16}"`
    await api.says(new RegExp(`${ids}.*"answered"`))
    await worker.says(new RegExp(`${ids}.*"a call to Auth0 got no answer"`))

    const other = '6'.repeat(32)
    const refused = await patch(id, { nonsense: true }, { traceparent: `00-${other}-${callers.spanId}-01` })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ traceId: other, title: 'The request is malformed' })
    expect(named(await untilThere(other, request), request).attributes).toMatchObject({ 'nexus.problem': 'malformed' })
  })

  test('begins anew where the caller names none, or nothing that is one', async () => {
    for (const given of [
      {},
      { traceparent: 'nonsense' },
      { traceparent: `00-${'0'.repeat(32)}-${callers.spanId}-01` },
    ]) {
      const answer = await patch('nobody-knows-it', {}, given)
      const { traceId } = z.object({ traceId: z.string().regex(/^(?!0{32})[0-9a-f]{32}$/) }).parse(await answer.json())
      const asked = named(await untilThere(traceId, request), request)
      expect(asked.parentSpanId ?? '').toBe('')
    }
  })

  test('is none where probes ask', async () => {
    await fetch(`${url}/readyz`)
    await patch('nobody-knows-it', {}, { traceparent: `00-${'5'.repeat(32)}-${callers.spanId}-01` })
    await untilThere('5'.repeat(32), request)
    expect(receiver.spans().map(({ attributes }) => attributes['http.route'])).not.toContain('/readyz')
  })
})
