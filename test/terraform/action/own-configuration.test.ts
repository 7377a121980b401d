import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backend, basic, pipeline, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { hasTerraform } from '../../support/terraform.ts'
import { theirStates } from '../support.ts'
import { checkOut } from './job.ts'

const resource = (input: string): string => `resource "terraform_data" "one" {\n  input = "${input}"\n}\n`

/** The action beside a configuration that somebody has written: with the real terraform, on what needs no provider. */
describe.skipIf(servers === null || !hasTerraform)('the action, for a configuration of your own', () => {
  let stack: Stack
  let given = 0
  beforeAll(async () => {
    stack = await startStack(withStates({ tenant: { otherStates: theirStates } }))
  })
  afterAll(() => stack.close())

  const nextState = (): string => theirStates[(given += 1)] ?? ''
  const stateOf = async (name: string): Promise<{ serial: number; lineage: string } | null> => {
    const answer = await fetch(`${stack.url}/v1/tenants/acme/terraform/states/${name}`, {
      headers: { authorization: basic },
    })
    const text = await answer.text()
    return answer.status === 200 && text !== '' ? JSON.parse(text) : null
  }

  test('plan, apply, and a plan without changes', async () => {
    const repository = checkOut(stack)
    const state = nextState()
    repository.write('terraform/backend.tf', backend(stack.url, state))
    repository.write('terraform/main.tf', resource('first'))
    const inputs = { directory: 'terraform', state }

    const planned = await repository.run('plan', inputs)
    expect(planned).toMatchObject({
      outcome: 'success',
      outputs: { changed: 'true' },
      // No nexus command is needed here, so nothing is installed.
      steps: { 'Check the inputs': 'success', 'hashicorp/setup-terraform': 'success', Plan: 'success' },
    })
    expect(planned.summary).toContain('## terraform: terraform plan\n\n')
    expect(planned.summary).toContain('Plan: 1 to add, 0 to change, 0 to destroy.')
    expect(planned.log).toContain('::notice::The plan of terraform has changes: see the summary.')
    expect(await stateOf(state)).toBeNull()

    const applied = await repository.run('apply', inputs)
    expect(applied).toMatchObject({ outcome: 'success', outputs: { changed: 'true' } })
    expect(applied.summary).toContain('Apply complete! Resources: 1 added')
    expect(await stateOf(state)).toMatchObject({ version: 4 })

    for (const command of ['plan', 'apply'] as const) {
      const again = await repository.run(command, inputs)
      expect(again).toMatchObject({ outcome: 'success', outputs: { changed: 'false' } })
      expect(again.summary).toContain('No changes.')
    }
  })

  test('a plan that fails fails the step, and the summary says why', async () => {
    const repository = checkOut(stack)
    const state = nextState()
    repository.write('backend.tf', backend(stack.url, state))
    repository.write('main.tf', 'resource "terraform_data" "one" {\n  input = var.nobody_has_declared_it\n}\n')
    const { outcome, summary, log, steps } = await repository.run('plan', { directory: '.', state })
    expect([outcome, steps['Plan']]).toEqual(['failure', 'failure'])
    expect(summary).toContain('## .: terraform plan failed\n\n')
    expect(summary).toContain('Reference to undeclared input variable')
    expect(log).toContain('::error::.: terraform plan failed.')
  })

  test('an apply that fails fails the step, and what it has done is in Nexus', async () => {
    const repository = checkOut(stack)
    const state = nextState()
    repository.write('backend.tf', backend(stack.url, state))
    repository.write(
      'main.tf',
      `${resource('first')}resource "terraform_data" "two" {
  depends_on = [terraform_data.one]
  provisioner "local-exec" {
    command = "exit 3"
  }
}
`,
    )
    const { outcome, summary, steps } = await repository.run('apply', { directory: '.', state })
    expect(outcome).toBe('failure')
    expect(steps).toMatchObject({ Apply: 'failure', 'Hand the state over': 'success' })
    expect(summary).toContain('exit status 3')
    expect(JSON.stringify(await stateOf(state))).toContain('"first"')
  })

  test('what could not be written is pushed again', async () => {
    const repository = checkOut(stack)
    const state = nextState()
    repository.write('backend.tf', backend(stack.url, state))
    repository.write('main.tf', resource('first'))
    const inputs = { directory: '.', state }
    await repository.run('apply', inputs)
    const before = await stateOf(state)
    // As terraform leaves it behind where the backend did not answer.
    repository.write('errored.tfstate', JSON.stringify({ ...before, serial: 40 }))
    const { outcome, log } = await repository.run('apply', inputs)
    expect(outcome).toBe('success')
    expect(log).toContain('::error::The state could not be written at the end of the apply')
    const after = await stateOf(state)
    // A push counts on.
    expect([after?.lineage, after?.serial]).toEqual([before?.lineage, 41])
    expect(existsSync(path.join(repository.folder, 'errored.tfstate'))).toBe(false)
  })

  test('a state elsewhere is posted to Nexus after an apply, also after one without changes', async () => {
    // Another backend's password, which the action leaves alone.
    const repository = checkOut(stack, { TF_HTTP_PASSWORD: 'of-another-backend' })
    const state = nextState()
    repository.write('main.tf', resource('first'))
    const inputs = { directory: '.', state, 'state-elsewhere': 'true' }
    const states: unknown[] = []
    for (const changed of ['true', 'false']) {
      const { outcome, outputs, printed } = await repository.run('apply', inputs)
      expect([outcome, outputs['changed']]).toEqual(['success', changed])
      expect(printed).not.toContain('"lineage"')
      states.push(await stateOf(state))
    }
    const kept: unknown = JSON.parse(readFileSync(path.join(repository.folder, 'terraform.tfstate'), 'utf8'))
    expect(states).toEqual([kept, kept])
  })

  test.each([
    { reason: 'its state is in Nexus', elsewhere: false, http: [pipeline.name, pipeline.password] },
    { reason: 'its backend is another', elsewhere: true, http: ['theirs', 'secret-of-theirs'] },
  ])('terraform has the credentials that it needs: $reason', async ({ elsewhere, http: [name, password] }) => {
    const repository = checkOut(stack, {
      AUTH0_CLIENT_ID: 'id-of-the-job',
      AUTH0_CLIENT_SECRET: 'secret-of-the-job',
      TF_HTTP_USERNAME: 'theirs',
      TF_HTTP_PASSWORD: 'secret-of-theirs',
    })
    const state = nextState()
    if (!elsewhere) repository.write('backend.tf', backend(stack.url, state))
    const command = "env | grep -E '^(AUTH0|TF_HTTP)_' | sort > seen"
    repository.write(
      'main.tf',
      `resource "terraform_data" "one" {\n  provisioner "local-exec" {\n    command = "${command}"\n  }\n}\n`,
    )
    const inputs = { directory: '.', state, 'state-elsewhere': String(elsewhere), 'auth0-domain': 'acme.eu.auth0.com' }
    expect(await repository.run('apply', { ...inputs, 'auth0-client-secret': 'secret-given' })).toMatchObject({
      outcome: 'success',
    })
    expect(readFileSync(path.join(repository.folder, 'seen'), 'utf8').trim().split('\n')).toEqual([
      'AUTH0_CLIENT_ID=id-of-the-job',
      'AUTH0_CLIENT_SECRET=secret-given',
      'AUTH0_DOMAIN=acme.eu.auth0.com',
      `TF_HTTP_PASSWORD=${password}`,
      `TF_HTTP_USERNAME=${name}`,
    ])
  })

  test('secrets are hidden before anything else happens, and are never printed', async () => {
    const repository = checkOut(stack)
    const state = nextState()
    repository.write('backend.tf', backend(stack.url, state))
    repository.write('main.tf', resource('first'))
    const secret = 'secret-of-the-provider'
    const ran = await repository.run('apply', { directory: '.', state, 'auth0-client-secret': secret })
    expect(ran.outcome).toBe('success')
    const hidden = [pipeline.password, secret, basic.replace('Basic ', '')]
    expect(ran.masks).toEqual(hidden)
    const later = ran.printed.split('\n').filter((line) => !line.startsWith('::add-mask::'))
    for (const text of [later.join('\n'), ran.summary, JSON.stringify(ran.outputs)])
      for (const one of hidden) expect(text).not.toContain(one)
  })

  test('what a configuration prints is no command to the runner', async () => {
    const repository = checkOut(stack)
    const state = nextState()
    repository.write('backend.tf', backend(stack.url, state))
    repository.write(
      'main.tf',
      `${resource('first')}output "text" {\n  value = "one\\n::add-mask::everything\\n::error::said by an owner"\n}\n`,
    )
    const { outcome, masks, summary } = await repository.run('apply', { directory: '.', state })
    expect([outcome, masks.includes('everything')]).toEqual(['success', false])
    // And no heading of the summary.
    expect(summary.split('\n').filter((line) => line.includes('::error::') && !line.startsWith('    '))).toEqual([])
  })
})
