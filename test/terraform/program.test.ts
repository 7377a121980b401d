import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { backend, basic, pipeline, withStates } from '../support/pipeline.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { hasTerraform, openWorkspace } from '../support/terraform.ts'
import type { Workspace } from '../support/terraform.ts'

/** A resource that needs no provider. */
const resource = (input: string): string => `resource "terraform_data" "one" {\n  input = "${input}"\n}\n`

/** Takes its time, so that there is something to break. */
const slow = (marker: string): string => `resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "touch ${marker}; sleep 4"
  }
}
`

/** What tells one state of Terraform from another, and one version of it from the next. */
const markOf = (text: string) => {
  const { lineage, serial }: { lineage: string; serial: number } = JSON.parse(text)
  return { lineage, serial }
}

/** The program itself, on `terraform_data`, which needs no provider. */
describe.skipIf(servers === null || !hasTerraform)('the real terraform', () => {
  let stack: Stack
  const open: Workspace[] = []
  beforeAll(async () => {
    stack = await startStack(withStates())
  })
  afterEach(async () => {
    for (const workspace of open.splice(0)) await workspace.close()
  })
  afterAll(async () => {
    await stack.close()
  })

  const env = { TF_HTTP_USERNAME: pipeline.name, TF_HTTP_PASSWORD: pipeline.password }
  const workspace = async (state: string, main = resource('first'), snapshot?: number): Promise<Workspace> => {
    const made = await openWorkspace(env)
    open.push(made)
    await made.write('backend.tf', backend(stack.url, state, snapshot))
    await made.write('main.tf', main)
    return made
  }
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${stack.url}/v1/tenants/acme/terraform/states${path}`, { ...init, headers: { authorization: basic } })
  const serialOf = async (state: string): Promise<number> => {
    const body: unknown = await (await ask(`/${state}`)).json()
    return Number(JSON.parse(JSON.stringify(body)).serial)
  }
  const untilLocked = (state: string) =>
    vi.waitFor(
      async () => {
        const [row] = await stack.query<{ id: string }>(
          `select lock->>'ID' as id from nexus.terraform_states where name = $1 and lock is not null`,
          [state],
        )
        expect(row).toBeDefined()
        return row?.id ?? ''
      },
      { timeout: 20_000, interval: 20 },
    )

  test('init, apply, plan, change, destroy', async () => {
    const { must, run, write } = await workspace('walk')
    await must('init')
    expect(await must('apply', '-auto-approve')).toContain('1 added')
    expect(await must('plan', '-detailed-exitcode')).toContain('No changes')
    expect((await ask('/walk')).status).toBe(200)
    await write('main.tf', resource('second'))
    expect((await run('plan', '-detailed-exitcode')).code).toBe(2)
    expect(await must('apply', '-auto-approve')).toContain('1 changed')
    expect(await must('destroy', '-auto-approve')).toContain('1 destroyed')
    const versions: { versions: unknown[] } = JSON.parse(await (await ask('/walk/versions')).text())
    expect(versions.versions.length).toBeGreaterThanOrEqual(3)
    const [held] = await stack.query(`select 1 from nexus.terraform_states where lock is not null`)
    expect(held).toBeUndefined()
  })

  test('state pull and state push, and a push of an older one that is refused', async () => {
    const { must, run, write } = await workspace('pushed')
    await must('init')
    await must('apply', '-auto-approve')
    const first = await must('state', 'pull')
    await write('main.tf', resource('second'))
    await must('apply', '-auto-approve')
    await write('old.tfstate', first)
    const refused = await run('state', 'push', '-force', 'old.tfstate')
    expect(refused.code).not.toBe(0)
    expect(refused.output).toContain('409')
    const newer = { ...JSON.parse(await must('state', 'pull')), serial: 90 }
    await write('new.tfstate', JSON.stringify(newer))
    await must('state', 'push', 'new.tfstate')
    // Terraform counts on from there.
    expect(await serialOf('pushed')).toBeGreaterThanOrEqual(90)
  })

  test('a second lock is refused, and says who holds the first', async () => {
    const { must, run } = await workspace('locked')
    await must('init')
    const lock = {
      ID: 'held-by-hand',
      Operation: 'OperationTypePlan',
      Who: 'ann@laptop',
      Info: 'lunch',
      Version: '1.11.4',
    }
    const taken = await ask('/locked', { method: 'LOCK', body: JSON.stringify(lock) })
    expect(taken.status).toBe(200)
    const refused = await run('apply', '-auto-approve')
    expect(refused.code).toBe(1)
    // Of the lock that is held, Terraform shows the id; who it belongs to, Nexus tells.
    expect(refused.output).toContain('HTTP remote state already locked: ID=held-by-hand')
    const listed = await (await ask('')).json()
    expect(listed).toMatchObject({
      states: expect.arrayContaining([
        expect.objectContaining({
          name: 'locked',
          lock: expect.objectContaining({ who: 'ann@laptop', info: 'lunch' }),
        }),
      ]),
    })
    expect(await must('force-unlock', '-force', 'held-by-hand')).toContain('unlocked')
    expect(await must('apply', '-auto-approve')).toContain('1 added')
  })

  test('of two applies at once one waits for the other, and nothing is lost', async () => {
    const [one, two] = [await workspace('twice'), await workspace('twice')]
    await one.write('main.tf', resource('one'))
    await two.write('main.tf', `${resource('one')}resource "terraform_data" "two" {}\n`)
    await Promise.all([one.must('init'), two.must('init')])
    const both = await Promise.all([one, two].map(({ run }) => run('apply', '-auto-approve', '-lock-timeout=30s')))
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    const versions = await stack.query(
      `select serial, lineage from nexus.terraform_state_versions where state = 'twice' order by version`,
    )
    expect(new Set(versions.map(({ serial }) => Number(serial))).size).toBe(versions.length)
    expect(new Set(versions.map(({ lineage }) => String(lineage))).size).toBe(1)
  })

  test('a killed apply leaves its lock, which is named, and is got over with force-unlock', async () => {
    const killed = await workspace('killed')
    await killed.write('main.tf', slow('started'))
    await killed.must('init')
    const apply = killed.start('apply', '-auto-approve')
    const id = await untilLocked('killed')
    await vi.waitFor(() => expect(existsSync(`${killed.folder}/started`)).toBe(true), { timeout: 20_000, interval: 50 })
    apply.kill('SIGKILL')
    await apply.ran
    const next = await killed.run('apply', '-auto-approve')
    expect(next.code).toBe(1)
    expect(next.output).toContain(id)
    await killed.must('force-unlock', '-force', id)
    expect(await killed.must('apply', '-auto-approve')).toContain('1 added')
  })

  test('a lock that is taken away in the middle of an apply: nothing is overwritten, and errored.tfstate brings it', async () => {
    const { folder, must, start, run, write } = await workspace('taken')
    await must('init')
    await must('apply', '-auto-approve')
    await write('main.tf', `${resource('first')}${slow('started')}`)
    const apply = start('apply', '-auto-approve')
    await vi.waitFor(() => expect(existsSync(`${folder}/started`)).toBe(true), { timeout: 20_000, interval: 50 })
    expect((await ask('/taken', { method: 'UNLOCK' })).status).toBe(200)
    const { code, output } = await apply.ran
    expect(code).toBe(1)
    expect(output).toContain('errored.tfstate')
    expect(await readFile(`${folder}/errored.tfstate`, 'utf8')).toContain('slow')
    expect(await must('state', 'list')).not.toContain('slow')
    await must('state', 'push', 'errored.tfstate')
    expect(await must('state', 'list')).toContain('slow')
    expect((await run('plan', '-detailed-exitcode')).code).toBe(0)
  })

  test('a local state moves in with init -migrate-state', async () => {
    const moving = await openWorkspace(env)
    open.push(moving)
    await moving.write('main.tf', resource('local'))
    await moving.must('init')
    await moving.must('apply', '-auto-approve')
    await moving.write('backend.tf', backend(stack.url, 'moved'))
    await moving.must('init', '-migrate-state', '-force-copy')
    expect(await serialOf('moved')).toBeGreaterThan(0)
    expect(await moving.must('plan', '-detailed-exitcode')).toContain('No changes')
  })

  test('lineage and serial are kept where the state was posted before it moves in; else Terraform begins anew', async () => {
    const heldMark = async (state: string) => markOf(await (await ask(`/${state}`)).text())
    const moving = await openWorkspace(env)
    open.push(moving)
    const texts: string[] = []
    await moving.must('init')
    for (const input of ['first', 'second']) {
      await moving.write('main.tf', resource(input))
      await moving.must('apply', '-auto-approve')
      texts.push(await moving.must('state', 'pull'))
    }
    const [older = '', newest = ''] = texts
    const moveTo = async (state: string): Promise<void> => {
      await moving.write('backend.tf', backend(stack.url, state))
      await moving.must('init', '-migrate-state', '-force-copy')
      expect(await moving.must('plan', '-detailed-exitcode')).toContain('No changes')
    }
    expect((await ask('/posted', { method: 'POST', body: newest })).status).toBe(200)
    await moveTo('posted')
    expect(await heldMark('posted')).toEqual(markOf(newest))
    // What Nexus has is older: Terraform writes the newer one as the next.
    expect((await ask('/posted-earlier', { method: 'POST', body: older })).status).toBe(200)
    expect(await heldMark('posted-earlier')).toEqual(markOf(older))
    await moveTo('posted-earlier')
    const { lineage, serial } = await heldMark('posted-earlier')
    expect(lineage).toBe(markOf(newest).lineage)
    expect(serial).toBeGreaterThanOrEqual(markOf(newest).serial)
    await moveTo('never-posted')
    const anew = await heldMark('never-posted')
    expect(anew.serial).toBeLessThan(markOf(newest).serial)
    expect(anew.lineage).not.toBe(markOf(newest).lineage)
    // Whoever still posts from the old place cannot overwrite it.
    expect((await ask('/never-posted', { method: 'POST', body: newest })).status).toBe(409)
  })

  test('a configuration that is too old cannot be applied, nor a plan that was saved before; it says why', async () => {
    const clientId = stack.simulator.seed({ name: 'Adopted', callbacks: ['https://a.example.com/cb'] })
    const { must, run, write } = await workspace('main', resource('first'), 0)
    await must('init')
    await must('apply', '-auto-approve')
    const client = `${stack.url}/v1/tenants/acme/clients/${clientId}`
    const asked = await fetch(`${client}/terraform`, { method: 'PUT', headers: { authorization: basic } })
    expect(asked.status).toBe(202)

    // The plan is saved while its snapshot is current…
    await write('main.tf', resource('second'))
    await must('plan', '-out=saved.tfplan')
    // …then a field becomes owned.
    const answer = await stack.patch(
      clientId,
      { callbackUrls: ['https://b.example.com/cb'] },
      { headers: { authorization: basic } },
    )
    expect(answer.status).toBe(200)
    for (const late of [await run('apply', 'saved.tfplan'), await run('apply', '-auto-approve')]) {
      expect(late.code).toBe(1)
      for (const told of [`callbackUrls of ${clientId} became owned`, 'nexus synth'])
        expect(late.output.replaceAll(/\s+/g, ' ')).toContain(told)
    }
    // A plan is still possible, and so is an apply of the newer configuration.
    await write('backend.tf', backend(stack.url, 'main', 1))
    await must('init', '-reconfigure')
    expect(await must('apply', '-auto-approve')).toContain('1 changed')
  })
})
