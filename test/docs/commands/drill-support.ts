import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { applicationToken, account, shop } from './serve.ts'
import { commandsIn } from './commands.ts'
import { filled } from './page.ts'
import type { Values } from './page.ts'
import { nexus } from '../../support/process.ts'
import type { NexusProcess } from '../../support/process.ts'
import { lockOf, stateText } from '../../terraform/support.ts'
import type { World } from './world.ts'

/** A drill of the guide to backups: what happens before and after the backup, and what may be there in the end. */

export const page = commandsIn(
  readFileSync(path.resolve(import.meta.dirname, '../../../docs/guides/backup.md'), 'utf8'),
)

/** The commands of the page from one to another, both included. @throws where the page has them no more */
export const fromTo = (first: string, last: string): string[] => {
  const texts = page.map(({ text }) => text)
  const [from, to] = [first, last].map((begins) => texts.findIndex((text) => text.startsWith(begins)))
  if (from === undefined || to === undefined || from < 0 || to < from)
    throw new Error(`The page no longer has ${first} … ${last}.`)
  return texts.slice(from, to + 1)
}

/** Runs commands as they stand there; each has to work. @returns what they said, by command */
export const follow = async (
  world: World,
  commands: readonly string[],
  values: Values = {},
): Promise<ReadonlyMap<string, string>> => {
  const said = new Map<string, string>()
  for (const text of commands) {
    const command = filled(text, values, [])
    expect(command, 'A reader has no value for it.').not.toContain('…')
    const { code, output } = await world.session.run(command)
    expect({ command, code, output }).toEqual({ command, code: 0, output })
    said.set(text, output)
  }
  return said
}

const url = (name: string): string => `https://${name}.example.com/`

/** Starts Nexus, and what somebody does there. */
export const startNexus = async (world: World, env: Readonly<Record<string, string>> = {}) => {
  const running: NexusProcess = nexus(['start', '--config', path.join(world.clone, 'nexus.yaml')], env)
  // Asked, and not killed: it stops the PostgreSQL that it has started.
  onTestFinished(() => running.kill('SIGTERM'))
  await running.says(/Nexus is up/)
  return { ...callsOf(world), stop: () => running.kill('SIGTERM') }
}

/** The calls of an administrator, and of Terraform. */
export const callsOf = ({ auth0, url: base }: World) => {
  const bearer = auth0.issueUserToken({
    sub: 'auth0|ann',
    permissions: ['client.write.all', 'tenant.admin'],
    audience: 'https://nexus.example.com',
  })
  const call = async (method: string, below: string, body?: unknown): Promise<number> => {
    const answer = await fetch(`${base}/v1/tenants/acme${below}`, {
      method,
      headers: {
        authorization: `Bearer ${bearer}`,
        'x-application-token': applicationToken,
        'content-type': 'application/json',
        prefer: 'wait=20',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    await answer.arrayBuffer()
    return answer.status
  }
  const terraform = async (method: string, body: string | null, password = account.password): Promise<Response> =>
    fetch(`${base}/v1/tenants/acme/terraform/states/main`, {
      method,
      body,
      headers: { authorization: `Basic ${btoa(`${account.name}:${password}`)}` },
    })
  return { call, terraform }
}
type Calls = ReturnType<typeof callsOf>

/** What people do until the backup is made: two changes wait in it, one of which will be applied later. */
export const beforeBackup = async ({ call, terraform }: Calls): Promise<void> => {
  for (const name of ['first', 'second'])
    expect(await call('PATCH', `/clients/${shop}`, { callbackUrls: [url(name)] })).toBe(200)
  for (const id of ['till', 'invoices-web']) expect(await call('POST', `/clients/${id}/pause`)).toBe(204)
  expect(await call('PATCH', '/clients/till', { callbackUrls: [url('waited')] })).toBe(202)
  expect(await call('PATCH', '/clients/invoices-web', { allowedLogoutUrls: [url('waits')] })).toBe(202)
  expect((await terraform('POST', stateText(7))).status).toBe(200)
  expect((await terraform('LOCK', JSON.stringify(lockOf('of-the-drill')))).status).toBe(200)
}

/** What they do after it, until everything is lost: the Shop goes back to a value that the backup knows as an older one. */
export const afterBackup = async ({ call }: Calls, { auth0 }: World): Promise<void> => {
  expect(await call('PATCH', `/clients/${shop}`, { callbackUrls: [url('first')] })).toBe(200)
  expect(await call('POST', '/clients/till/resume')).toBe(204)
  await vi.waitFor(() => expect(auth0.clients.get('till')?.['callbacks']).toEqual([url('waited')]), 20_000)
  expect(await call('PATCH', '/clients/till', { callbackUrls: [url('newest')] })).toBe(200)
  auth0.seed({ client_id: 'created-since', name: 'Created since' })
  auth0.resetStats()
}

/** What `nexus after-restore` has to name. */
export const namesWhatCameAfter = (said: string): void => {
  expect(said).toMatch(
    /Shop \(NXKzP2hYdFqLrT1uVwBcEaGs\)\s+~ callbackUrls\s+- https:\/\/second[^\n]+\s+\+ https:\/\/first/,
  )
  expect(said).toMatch(/Till \(till\)[^]*change [-0-9a-f]{36} waited: Auth0 has something newer: it is withdrawn/)
  expect(said).toMatch(
    /Invoices \(invoices-web\)[^]*change [-0-9a-f]{36} waited: Auth0 does not have it, nor anything newer/,
  )
  expect(said).toContain('Only in Auth0: created-since')
}

/** Auth0 as people left it; nothing was written there since. */
export const isUntouched = ({ auth0 }: World): void => {
  expect(auth0.stats.writes.map(({ clientId, sent }) => ({ clientId, sent }))).toEqual([])
  expect(auth0.clients.get(shop)?.['callbacks']).toEqual([url('first')])
  expect(auth0.clients.get('till')?.['callbacks']).toEqual([url('newest')])
}

/** After the tenant is resumed: what waited is sent, and nothing else; the state and its lock are whole. */
export const goesOn = async ({ call, terraform }: Calls, world: World): Promise<void> => {
  const { auth0 } = world
  expect(await call('POST', '/clients/invoices-web/resume')).toBe(204)
  await vi.waitFor(
    () => expect(auth0.clients.get('invoices-web')?.['allowed_logout_urls']).toEqual([url('waits')]),
    20_000,
  )
  expect(await call('POST', '/clients/till/resume')).toBe(204)
  expect(await call('POST', '/scan')).toBe(200)
  expect(auth0.stats.writes.map(({ clientId }) => clientId)).toEqual(['invoices-web'])
  expect(auth0.clients.get(shop)?.['callbacks']).toEqual([url('first')])
  expect(auth0.clients.get('till')?.['callbacks']).toEqual([url('newest')])
  const state = await terraform('GET', null)
  expect({ status: state.status, text: await state.text() }).toEqual({ status: 200, text: stateText(7) })
  expect((await terraform('LOCK', JSON.stringify(lockOf('of-another')))).status).toBe(423)
  // A change is made as ever.
  expect(await call('PATCH', `/clients/${shop}`, { callbackUrls: [url('after')] })).toBe(200)
}
