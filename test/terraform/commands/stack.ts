import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { hashPassword } from '../../../adapters/credentials/passwords.ts'
import type { Permission } from '../../../domain/vocabulary.ts'
import { nexus } from '../../cli/support.ts'
import type { Finished } from '../../cli/support.ts'
import { startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'

const password = 's3cr3t-password-of-a-pipeline'
/** What a state holds and no list, error or log may show. */
export const secretInState = 's3cr3t-in-the-state'
export const states = '/v1/tenants/acme/terraform/states'

/** A state as Terraform writes it, with clients at plain addresses. */
export const stateOf = (serial: number, clients: readonly string[], lineage = 'first-lineage'): string =>
  JSON.stringify({
    version: 4,
    terraform_version: '1.13.3',
    serial,
    lineage,
    outputs: { secret: { value: secretInState, type: 'string', sensitive: true } },
    resources: clients.map((clientId, index) => ({
      mode: 'managed',
      type: 'auth0_client',
      name: `c_${index}`,
      provider: 'provider["registry.terraform.io/auth0/auth0"]',
      instances: [{ schema_version: 0, attributes: { client_id: clientId, id: clientId } }],
    })),
  })
export const json = ({ stdout }: Finished): unknown => JSON.parse(stdout)
export let stack: Stack
export let directory: string
export const stateKeys = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]

export const as =
  (username: string) =>
  async (...parameters: readonly string[]): Promise<Finished> => {
    const env = { NEXUS_URL: stack.url, NEXUS_USERNAME: username, NEXUS_PASSWORD: password }
    const finished = await nexus(parameters, { env })
    expect(`${finished.stdout}${finished.stderr}`).not.toContain(password)
    return finished
  }
export const pipeline = as('pipeline')

export const basic = `Basic ${Buffer.from(`pipeline:${password}`).toString('base64')}`
export const call = async (method: string, where: string, body?: string): Promise<Response> =>
  fetch(`${stack.url}${where}`, {
    method,
    headers: { authorization: basic },
    ...(body === undefined ? {} : { body }),
  })
export const write = async (name: string, text: string): Promise<void> => {
  expect((await call('POST', `${states}/${name}`, text)).status).toBe(200)
}

/** Started before the tests of a suite, and closed after them. */
export const useCommands = (): void => {
  beforeAll(async () => {
    const passwordHash = await hashPassword(password)
    const account = (name: string, permissions: readonly Permission[]) => ({
      name,
      passwordHash,
      permissions,
      tenants: '*',
    })
    stack = await startStack({
      tenant: { scanInterval: '24h', freshness: '24h', terraformStates: ['main', 'second'] },
      file: {
        terraform: { stateKeys: stateKeys.slice(0, 1) },
        serviceAccounts: [
          account('pipeline', [
            'client.read.all',
            'client.write.all',
            'terraform.adopt',
            'terraform.read',
            'terraform.state',
            'terraform.state.force-unlock',
          ]),
          account('keeper', ['terraform.state']),
          account('locksmith', ['terraform.state.force-unlock']),
          account('reader', ['terraform.read']),
        ],
      },
    })
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-commands-'))
    await writeFile(path.join(directory, 'nexus.yaml'), stack.configurationText, { mode: 0o600 })
  })
  afterAll(async () => {
    await stack.close()
    await rm(directory, { recursive: true, force: true })
  })
}
