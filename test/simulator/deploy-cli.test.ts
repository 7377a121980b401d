import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { textOf } from '../../simulator/json.ts'
import type { Simulator } from '../../simulator/main.ts'
import { simulated } from './support.ts'

const run = promisify(execFile)
const program = new URL('../../node_modules/auth0-deploy-cli/lib/index.js', import.meta.url).pathname

const deployCli = (simulator: Simulator, ...parameters: string[]) =>
  run(process.execPath, [program, ...parameters, '--env', 'true'], {
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: simulator.caFile,
      AUTH0_DOMAIN: simulator.domain,
      AUTH0_CLIENT_ID: simulator.credential.clientId,
      AUTH0_CLIENT_SECRET: simulator.credential.clientSecret,
      AUTH0_INCLUDED_ONLY: '["clients"]',
    },
  })

test('the real deploy CLI exports the clients and imports a change', { timeout: 180_000 }, async () => {
  const simulator = await simulated({ https: true, clients: 3 })
  const directory = await mkdtemp(join(tmpdir(), 'simulator-deploy-'))
  const file = join(directory, 'tenant.yaml')

  await deployCli(simulator, 'export', '--format', 'yaml', '--output_folder', directory)
  const exported = await readFile(file, 'utf8')
  for (const client of simulator.clients.all().filter((client) => client['global'] !== true))
    expect(exported).toContain(`name: ${textOf(client['name'])}`)

  await writeFile(file, exported.replace('Sample application 00002', 'Changed by the deploy CLI'))
  await deployCli(simulator, 'import', '--input_file', file)
  expect(simulator.clients.all().map((client) => client['description'])).toEqual([
    'Sample application 00001',
    'Changed by the deploy CLI',
    'Sample application 00003',
    undefined,
    undefined,
  ])
  // It patches what has not changed too, except the client that it is itself.
  expect(simulator.stats.byRoute['PATCH /api/v2/clients/{id} 200']).toBe(3)
})
