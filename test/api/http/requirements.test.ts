import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../../api/routes.ts'
import { credentials } from '../../../api/routing/requirement.ts'
import { isAcceptanceRecorded } from '../../../domain/access/audit.ts'
import { permissions } from '../../../domain/vocabulary.ts'
import { withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { seedClient } from '../support.ts'

/** Permissions that let in wherever another one does, though the document names only that one: write implies read. */
const implying: Readonly<Record<string, readonly string[]>> = {
  'client.read': ['client.write'],
  'client.read.all': ['client.write.all'],
}

/**
 * Every route that needs a permission, and those that its requirement names; all of them for "any permission". Credentials
 * alone let in to whoami only.
 */
const guarded = routes.flatMap(({ method, path, action, requires }) => {
  const { sentence } = requires
  if (sentence === null || requires === credentials) return []
  const named = [...new Set([...sentence.matchAll(/`([a-z.-]+)`/g)].map(([, permission = '']) => permission))]
  return [{ method, path, action, named: named.length === 0 ? [...permissions] : named }]
})
const documented = guarded.filter(({ method }) => method !== 'LOCK' && method !== 'UNLOCK')

test('nobody has to say who they are for probes and documents, and for nothing else', () => {
  const open = routes.filter(({ requires }) => requires.sentence === null)
  expect(open.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
    'GET /docs',
    'GET /docs/:asset',
    'GET /healthz',
    'GET /metrics',
    'GET /openapi.json',
    'GET /problems/:code',
    'GET /readyz',
  ])
})

test('credentials alone let in to nothing but who one is', () => {
  expect(routes.filter(({ requires }) => requires === credentials).map(({ path }) => path)).toEqual(['/v1/whoami'])
})

test('whatever a route changes is recorded; of a list, each of its elements', () => {
  const unrecorded = guarded.filter(({ method, action }) => method !== 'GET' && !isAcceptanceRecorded(action))
  expect(unrecorded.map(({ action }) => action)).toEqual(['client.patch-list'])
})

describe.skipIf(servers === null)('a route lets in whom its requirement names', () => {
  let stack: Stack
  let values: Readonly<Record<string, string>>
  beforeAll(async () => {
    stack = await startStack(withStates())
    const client = seedClient(stack)
    const changed = await stack.patch(client, { applicationName: 'x' })
    values = { tenantId: 'acme', clientId: client, changeId: changed.headers.get('nexus-change') ?? '' }
  })
  afterAll(() => stack.close())

  /** @returns the status, and the action under which the audit has the refusal, if it was one */
  const call = async ({ method, path }: (typeof guarded)[number], held: readonly string[]) => {
    const requestId = randomUUID()
    const { status } = await stack.request(
      path.replaceAll(/:(\w+)/g, (_all, name: string) => values[name] ?? randomUUID()),
      {
        method,
        as: stack.token({ permissions: [...held] }),
        headers: { 'content-type': 'application/json', 'x-request-id': requestId },
        ...(['PATCH', 'POST', 'PUT', 'LOCK', 'UNLOCK'].includes(method) ? { body: '"no such body"' } : {}),
      },
    )
    const rows = await stack.query(`select action, outcome from nexus.audit where request_id = '${requestId}'`)
    return { status, refused: rows.filter(({ outcome }) => outcome === 'refused').map(({ action }) => action) }
  }

  test.each(guarded)('$method $path: nobody without $named, and the audit has it under $action', async (route) => {
    const enough = new Set([...route.named, ...route.named.flatMap((one) => implying[one] ?? [])])
    expect(
      await call(
        route,
        permissions.filter((one) => !enough.has(one)),
      ),
    ).toEqual({ status: 403, refused: [route.action] })
  })

  const alone = documented.flatMap((route) => route.named.map((permission) => ({ ...route, permission })))
  test.each(alone)('$method $path: whoever has $permission', async ({ permission, ...route }) => {
    const { status } = await call(route, [permission])
    expect([401, 403]).not.toContain(status)
    expect(status).toBeLessThan(500)
  })
})
