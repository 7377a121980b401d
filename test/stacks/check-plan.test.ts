import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { declaredIn, misgivings, TerraformPlan } from '../../stacks/check-plan.ts'
import { nexus } from '../cli/support.ts'

const untouched = { ignore_changes: 'all', prevent_destroy: true }
const stack = {
  resource: {
    auth0_client: {
      kept: { name: 'Kept', lifecycle: untouched },
      declared: { name: 'Declared', lifecycle: { ignore_changes: ['addons'], prevent_destroy: true } },
    },
    auth0_client_credentials: { declared: { lifecycle: { prevent_destroy: true } } },
    auth0_connection: { beside: {} },
  },
}

const change = (address: string, actions: readonly string[], more: Record<string, unknown> = {}) => ({
  address,
  mode: 'managed',
  type: address.split('.').at(-2),
  change: { actions },
  ...more,
})

const planOf = (changes: readonly unknown[], drift: readonly unknown[] = []) =>
  TerraformPlan.parse({ format_version: '1.2', resource_changes: changes, resource_drift: drift })

describe('a plan may be applied', () => {
  test.each([
    { reason: 'that has no changes', changes: [] },
    {
      reason: 'that imports',
      changes: [change('auth0_client.kept', ['no-op'], { change: { actions: ['no-op'], importing: { id: 'A' } } })],
    },
    { reason: 'that forgets', changes: [change('auth0_client.gone', ['forget'])] },
    {
      reason: 'that makes what is declared',
      changes: [change('auth0_client.declared', ['create']), change('auth0_client_credentials.declared', ['create'])],
    },
    { reason: 'that writes what is declared', changes: [change('auth0_client.declared', ['update'])] },
    {
      reason: 'that does to other resources what their authors mean',
      changes: [change('auth0_connection.beside', ['delete', 'create'])],
    },
    {
      reason: 'that reads',
      changes: [change('data.auth0_client.kept', ['read'], { mode: 'data', type: 'auth0_client' })],
    },
    {
      reason: 'that clears away an object which Auth0 no longer has',
      changes: [change('auth0_client.kept', ['delete'], { deposed: '0badc0de' })],
    },
  ])('$reason', ({ changes }) => {
    expect(misgivings(planOf(changes), declaredIn(stack))).toEqual([])
  })
})

describe('a plan is stopped', () => {
  test.each([
    {
      reason: 'that makes a client that is only kept',
      changes: [change('auth0_client.kept', ['create'])],
      says: 'auth0_client.kept would be made, and no code declares it',
    },
    {
      reason: 'that makes one which the stack does not have',
      changes: [change('auth0_client.stranger', ['create'])],
      says: 'auth0_client.stranger would be made',
    },
    {
      reason: 'that makes credentials of nobody',
      changes: [change('auth0_client_credentials.kept', ['create'])],
      says: 'auth0_client_credentials.kept would be made',
    },
    {
      reason: 'that makes one in a module',
      changes: [change('module.a.auth0_client.declared', ['create'])],
      says: 'module.a.auth0_client.declared would be made',
    },
    {
      reason: 'that makes one under a key',
      changes: [change('auth0_client.declared["x"]', ['create'], { type: 'auth0_client' })],
      says: 'would be made',
    },
    {
      reason: 'that writes a client that is only kept',
      changes: [change('auth0_client.kept', ['update'])],
      says: 'auth0_client.kept would be written',
    },
    {
      reason: 'that destroys',
      changes: [change('auth0_client.declared', ['delete'])],
      says: 'auth0_client.declared would be destroyed',
    },
    {
      reason: 'that replaces',
      changes: [change('auth0_client.declared', ['create', 'delete'])],
      says: 'auth0_client.declared would be destroyed',
    },
  ])('$reason', ({ changes, says }) => {
    expect(misgivings(planOf(changes), declaredIn(stack))).toEqual([expect.stringContaining(says)])
  })

  test('that makes a declared client again, which Auth0 has lost since the synthesis', () => {
    const plan = planOf([change('auth0_client.declared', ['create'])], [change('auth0_client.declared', ['delete'])])
    expect(misgivings(plan, declaredIn(stack))).toEqual([expect.stringContaining('would be made again, empty')])
  })
})

test.each([
  { reason: 'another version of the format', plan: { format_version: '2.0' } },
  { reason: 'a state', plan: { version: 4, resources: [] } },
  {
    reason: 'a change without actions',
    plan: { format_version: '1.2', resource_changes: [{ address: 'a', type: 'b', change: {} }] },
  },
])('$reason is no plan', ({ plan }) => {
  expect(TerraformPlan.safeParse(plan).success).toBe(false)
})

const missing = spawnSync('terraform', ['version']).status !== 0
if (missing && process.env['CI'] === 'true')
  throw new Error('There is no terraform program on the PATH, and CI may skip nothing.')

/** A plan of the real program, of built-in resources that pass for clients afterwards. */
const realPlan = (main: unknown): string => {
  const cwd = mkdtempSync(join(tmpdir(), 'nexus-check-plan-'))
  writeFileSync(join(cwd, 'main.tf.json'), JSON.stringify(main).replaceAll('auth0_client', 'terraform_data'))
  const env = { PATH: process.env['PATH'], HOME: cwd, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' }
  const run = (...parameters: string[]) => execFileSync('terraform', parameters, { cwd, env, encoding: 'utf8' })
  run('init', '-no-color')
  run('plan', '-no-color', '-out=tfplan')
  return run('show', '-json', 'tfplan').replaceAll('terraform_data', 'auth0_client')
}

const resource = (name: string) => ({ resource: { auth0_client: { [name]: { input: { secret: 's3cr3t' } } } } })

const fileOf = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'nexus-plan-')), 'plan.json')
  writeFileSync(file, text)
  return file
}

describe.skipIf(missing)('nexus check-plan, with plans of the real terraform', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-stack-'))
  writeFileSync(join(folder, 'cdk.tf.json'), JSON.stringify(stack))

  test('lets pass what is declared', async () => {
    const answer = await nexus(['check-plan', fileOf(realPlan(resource('declared'))), '--stack', folder])
    expect([answer.code, answer.stderr]).toEqual([0, ''])
  })

  test('stops what is not, and says nothing of what the plan holds', async () => {
    const file = fileOf(realPlan(resource('kept')))
    const { code, stdout, stderr } = await nexus(['check-plan', file, '--stack', join(folder, 'cdk.tf.json')])
    expect([code, stdout]).toEqual([77, ''])
    expect(stderr).toContain('auth0_client.kept would be made, and no code declares it')
    expect(stderr).toContain('Run nexus synth again')
    expect(stderr).not.toContain('s3cr3t')
  })

  test.each([
    { reason: 'what is not JSON', args: [fileOf('{"secret": s3cr3t'), '--stack', folder], says: 'is not JSON' },
    {
      reason: 'what is no plan',
      args: [fileOf('{"secret": "s3cr3t"}'), '--stack', folder],
      says: 'is not what terraform show -json prints',
    },
    { reason: 'a plan that is not there', args: ['/no/such', '--stack', folder], says: '/no/such cannot be read' },
    {
      reason: 'a stack that is not there',
      args: [fileOf('{}'), '--stack', '/no/such'],
      says: '/no/such holds no stack',
    },
  ])('says what is wrong, and lets nothing pass: $reason', async ({ args, says }) => {
    const { code, stderr } = await nexus(['check-plan', ...args])
    expect(stderr).toContain(says)
    expect(stderr).not.toContain('s3cr3t')
    expect(code).toBe(64)
  })
})
