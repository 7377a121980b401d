import { describe, expect, test } from 'vitest'
import type { TenantConfiguration } from '../../../adapters/config/configuration.ts'
import { clientAnswer } from '../../../api/clients/client-answer.ts'
import type { Answerable } from '../../../api/clients/client-answer.ts'
import { manual } from '../../../domain/terraform/placement.ts'
import { defaultMetadataKeys } from '../../../domain/clients/metadata-keys.ts'

const tenantWith = (foreignTerraform: TenantConfiguration['foreignTerraform']): TenantConfiguration => ({
  id: 'acme',
  domain: 'acme.test',
  credential: { clientId: 'own', clientSecret: '' },
  baseUrl: 'https://acme.test/api/v2',
  tokenUrl: 'https://acme.test/oauth/token',
  audience: 'https://acme.test/api/v2/',
  plan: 'free',
  freshnessMs: 60_000,
  driftPolicy: 'report',
  scanIntervalMs: 1,
  foreignTerraform,
  terraformStates: ['main'],
  otherStates: [],
  metadataKeys: defaultMetadataKeys,
  allowInsecure: false,
})

const record: Answerable = {
  key: { tenantId: 'acme', clientId: 'c1' },
  observed: { client_id: 'c1' },
  observedAt: new Date(0),
  base: {},
  pending: [],
  ageMs: 0,
  terraform: manual,
}

describe('a client that Terraform manages', () => {
  test.each([
    { reason: 'a state that Nexus writes for', states: ['main'], policy: 'warn', warned: false },
    { reason: "another's state", states: ['web'], policy: 'warn', warned: true },
    { reason: "another's state beside ours", states: ['main', 'web'], policy: 'warn', warned: true },
    { reason: "another's state, allowed", states: ['web'], policy: 'allow', warned: false },
    { reason: 'none', states: [], policy: 'warn', warned: false },
  ] as const)('$reason under the policy $policy', ({ states, policy, warned }) => {
    const { headers, body } = clientAnswer(200, tenantWith(policy), { ...record, terraform: { ...manual, states } })
    expect('nexus-warning' in headers).toBe(warned)
    expect(JSON.parse(String(body))).toMatchObject({ manuallyCreated: states.length === 0 })
  })
})
