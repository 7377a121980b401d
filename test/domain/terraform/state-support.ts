/** A state of version 4 around resources. */
export const stateOf = (resources: unknown, more: Record<string, unknown> = {}) => ({
  version: 4,
  terraform_version: '1.11.4',
  serial: 7,
  lineage: 'b2446f5e',
  outputs: {},
  resources,
  ...more,
})

export const object = (more: Record<string, unknown> = {}) => ({
  schema_version: 0,
  attributes: { client_id: 'abc', id: 'abc', client_secret: 'canary' },
  ...more,
})

export const resource = (more: Record<string, unknown> = {}) => ({
  mode: 'managed',
  type: 'auth0_client',
  name: 'this',
  provider: 'provider["registry.terraform.io/auth0/auth0"]',
  instances: [object()],
  ...more,
})
