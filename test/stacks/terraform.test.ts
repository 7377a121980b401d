import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Snapshot, SnapshotResource } from '../../domain/terraform/snapshot.ts'
import { isRecord, recordOf } from '../../domain/shape.ts'
import { synthesise } from '../../stacks/synthesise.ts'
import { at, client, snapshot, state } from './support.ts'

/**
 * Stacks before the real terraform program. The provider is not within its reach here, so `terraform_data`, which is built
 * in, stands in the place of `auth0_client`: addresses, lifecycle, imports and removals are Terraform's own matter.
 */

const missing = spawnSync('terraform', ['version']).status !== 0
if (missing) {
  if (process.env['CI'] === 'true')
    throw new Error('There is no terraform program on the PATH, and CI may skip nothing.')
  console.warn('Skipped: the stacks before the real terraform program, because there is none on the PATH.')
}

const run = promisify(execFile)

/** Runs terraform in a directory. @throws with what it said */
const terraform = async (directory: string, ...parameters: string[]): Promise<string> => {
  // Of the environment only what it needs: neither a configuration of its own nor variables of the tester.
  const env = { PATH: process.env['PATH'], HOME: directory, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' }
  const { stdout } = await run('terraform', parameters, { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** Blocks with the stand-in's address in `member`. */
const renamed = (member: string, blocks: unknown): unknown[] =>
  (Array.isArray(blocks) ? blocks : []).map((block) =>
    Object.fromEntries(
      Object.entries(recordOf(block)).map(([name, value]) => [
        name,
        name === member ? String(value).replace('auth0_client.', 'terraform_data.') : value,
      ]),
    ),
  )

/** With `terraform_data` for the clients: what were attributes become parts of its input. */
const withoutProvider = (stack: Readonly<Record<string, unknown>>) => {
  const clients = recordOf(recordOf(stack['resource'])['auth0_client'])
  const standIns = Object.entries(clients).map(([name, attributes]) => {
    const { lifecycle, ...input } = recordOf(attributes)
    return [name, { lifecycle, input }] as const
  })
  return {
    ...(standIns.length === 0 ? {} : { resource: { terraform_data: Object.fromEntries(standIns) } }),
    import: renamed('to', stack['import']),
    removed: renamed('from', stack['removed']),
    output: stack['output'],
  }
}

/** The index as a state of `terraform_data` objects. */
const stateOf = (resources: readonly SnapshotResource[]) => ({
  version: 4,
  terraform_version: '1.11.4',
  serial: 1,
  lineage: 'tests',
  outputs: {},
  resources: [...Map.groupBy(resources, ({ address }) => address.split('.')[1] ?? '')].map(([name, objects]) => ({
    mode: 'managed',
    type: 'terraform_data',
    name,
    provider: 'provider["terraform.io/builtin/terraform"]',
    instances: objects.map(({ clientId, deposed }) => ({
      schema_version: 0,
      ...(deposed === null ? {} : { deposed }),
      attributes: { id: clientId, input: null, output: null, triggers_replace: null },
    })),
  })),
})

/** The stack of the state `prod`, in a directory where terraform can run it. */
const directoryOf = async (taken: Snapshot): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'nexus-terraform-'))
  const { stacks, refused } = await synthesise([taken], { out: join(directory, 'out'), manualClients: true })
  expect(refused).toEqual([])
  const stack: unknown = JSON.parse(readFileSync(stacks[0]?.file ?? '', 'utf8'))
  writeFileSync(join(directory, 'main.tf.json'), JSON.stringify(withoutProvider(recordOf(stack))))
  const resources = taken.states.flatMap((one) => one.resources)
  writeFileSync(join(directory, 'terraform.tfstate'), JSON.stringify(stateOf(resources)))
  await terraform(directory, 'init', '-no-color')
  return directory
}

const valueOf = (outputs: unknown, name: string): unknown => recordOf(recordOf(outputs)[name])['value']

/** What an owner may try, and what a scanner of templates may trip over. */
const hostile = [
  '${file("/etc/hostname")}',
  '%{ for x in [1] }${x}%{ endfor }',
  '%{ if true }yes%{ endif ~}',
  '$${doubled} %%{doubled} $$${tripled} %%%{tripled}',
  '${TfToken[TOKEN.0]} #{TfToken[TOKEN.0]} &{TfToken[TOKEN.0]}',
  '-1.8881545897087503e+289 1e5 ..e-',
  '"quoted" \\${escaped} \\n line\nbreak\ttab',
  '$ % $$ %% { } ${ %{ ${~ ~} $',
  '<<EOT\n${path.module}\nEOT',
  'Grüße 日本語 🦊',
  '__proto__',
  '',
]

describe.skipIf(missing)('before the real terraform', { timeout: 60_000 }, () => {
  test('every text of a tenant evaluates to itself', async () => {
    const [first = '', ...others] = hostile
    const taken = snapshot(
      [state([at('auth0_client.kept', 'KEPT')])],
      [
        client('KEPT', { name: first }),
        ...others.map((name, index) => client(`M${index}`, { name, owners: [name], productName: name })),
        client('__proto__', { name: first }),
      ],
    )
    const directory = await directoryOf(taken)
    await terraform(directory, 'apply', '-auto-approve', '-no-color')
    const outputs: unknown = JSON.parse(await terraform(directory, 'output', '-json'))
    expect(valueOf(outputs, 'managed_clients')).toEqual({
      'auth0_client.kept': { client_id: 'KEPT', name: first, declared: false },
    })
    expect(new Map(Object.entries(recordOf(valueOf(outputs, 'manual_clients'))))).toEqual(
      new Map([...others.map((name, index) => [`M${index}`, name] as const), ['__proto__', first]]),
    )
  })

  test('so does the name of a resource', async () => {
    const taken = snapshot(
      [state([])],
      hostile.map((name, index) => client(`A${index}`, { name, request: { kind: 'adopt', state: 'prod' } })),
    )
    const directory = await directoryOf(taken)
    // Made instead of imported, so that the state shows what the configuration came to.
    const main: unknown = JSON.parse(readFileSync(join(directory, 'main.tf.json'), 'utf8'))
    writeFileSync(join(directory, 'main.tf.json'), JSON.stringify({ ...recordOf(main), import: [] }))
    await terraform(directory, 'apply', '-auto-approve', '-no-color')
    const shown: unknown = JSON.parse(await terraform(directory, 'show', '-json'))
    const resources = recordOf(recordOf(recordOf(shown)['values'])['root_module'])['resources']
    const names = (Array.isArray(resources) ? resources : [])
      .filter(isRecord)
      .map((one) => recordOf(recordOf(one['values'])['input'])['name'])
    expect(new Set(names)).toEqual(new Set(hostile))
  })

  test('clients are kept, imported and forgotten, nothing is changed or destroyed, and the next plan is empty', async () => {
    const taken = snapshot(
      [state([at('auth0_client.kept', 'A'), at('auth0_client.gone', 'B'), at('auth0_client.leaving', 'C')])],
      [
        client('A'),
        client('B', { vanished: true }),
        client('C', { request: { kind: 'release', state: 'prod' } }),
        client('9D', { request: { kind: 'adopt', state: 'prod' } }),
      ],
    )
    const directory = await directoryOf(taken)
    expect(await terraform(directory, 'validate', '-no-color')).toContain('The configuration is valid.')
    const applied = await terraform(directory, 'apply', '-auto-approve', '-no-color')
    expect(applied).toContain('Resources: 1 imported, 0 added, 0 changed, 0 destroyed.')
    expect(await terraform(directory, 'state', 'list')).toBe('terraform_data.c_9D\nterraform_data.kept\n')
    // -detailed-exitcode ends with 2, and throws here, where something would change: outputs count.
    expect(await terraform(directory, 'plan', '-detailed-exitcode', '-no-color')).toContain('No changes.')
  })

  test('a deposed object is forgotten where nothing else is left, and would be destroyed beside a kept client', async () => {
    const deposed = at('auth0_client.a', 'OLD', { deposed: '0badc0de' })
    const alone = await directoryOf(snapshot([state([deposed])], [client('OLD')]))
    expect(await terraform(alone, 'plan', '-no-color')).toContain(
      'will be removed from Terraform state, but will not be',
    )
    // Auth0 no longer has it, so it is only warned of; of a client that lives the stack is refused.
    const beside = await directoryOf(snapshot([state([at('auth0_client.a', 'NEW'), deposed])], [client('NEW')]))
    expect(await terraform(beside, 'plan', '-no-color')).toContain('(deposed object 0badc0de) will be destroyed')
  })

  test('a client that is left out of the configuration would be destroyed: why nothing is left unsaid', async () => {
    const directory = await directoryOf(snapshot([state([at('auth0_client.kept', 'A')])], [client('A')]))
    writeFileSync(join(directory, 'main.tf.json'), '{}')
    expect(await terraform(directory, 'plan', '-no-color')).toContain('1 to destroy')
  })
})
