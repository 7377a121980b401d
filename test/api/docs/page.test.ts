import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { seedClient } from '../support.ts'

interface Documented {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly {
              readonly name: string
              readonly schema: { readonly examples?: string[] }
            }[]
            readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example: object }>> }
          }
        >
      >
    >
  >
}

describe.skipIf(servers === null)('the page of the document', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack.close())

  test('has everything that it names, its icon too', async () => {
    const page = await (await fetch(`${stack.url}/docs`)).text()
    const named = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(2)
    const answers = await Promise.all(named.map((path) => fetch(new URL(path, `${stack.url}/docs`))))
    expect(answers.map(({ status, url }) => ({ status, url })).filter(({ status }) => status !== 200)).toEqual([])
    const icon = answers.find(({ url }) => url.endsWith('.png'))
    expect(icon?.headers.get('content-type')).toBe('image/png')
  })

  test('sent as it is filled in, its example of a PATCH changes nothing', async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own document
    const document = (await (await fetch(`${stack.url}/openapi.json`)).json()) as Documented
    const patch = document.paths['/v1/tenants/{tenantId}/clients/{clientId}']?.['patch']
    const query = new URLSearchParams(
      patch?.parameters?.flatMap(({ name, schema: { examples = [] } }) =>
        examples.slice(0, 1).map((one): [string, string] => [name, one]),
      ),
    )
    const id = seedClient(stack, { client_metadata: { owners: '["auth0|tester"]' } })
    const before = stack.simulator.clients.get(id)
    const bodies = Object.entries(patch?.requestBody?.content ?? {})
    expect(bodies.length).toBeGreaterThan(0)
    for (const [type, { example }] of bodies) {
      const answer = await stack.request(`/v1/tenants/acme/clients/${id}?${query.toString()}`, {
        method: 'PATCH',
        headers: { 'content-type': type },
        body: JSON.stringify(example),
      })
      expect([answer.status, answer.headers.get('nexus-dry-run')]).toEqual([200, 'true'])
    }
    expect(stack.simulator.clients.get(id)).toEqual(before)
    expect(await stack.query('select 1 from nexus.changes')).toEqual([])
  })
})
