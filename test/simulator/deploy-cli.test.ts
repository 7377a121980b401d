import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { textOf } from '../../simulator/json.ts'
import { deployCli } from '../support/deploy-cli.ts'
import { simulated } from './support.ts'

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
