import { randomBytes, scryptSync } from 'node:crypto'
import type { StackOptions } from './assemble-stack.ts'

/** A pipeline that applies Terraform: a service account with everything that Terraform needs, by Basic. */
export const pipeline = { name: 'pipeline', password: 'pipeline-password-canary' }

/** As weak as Nexus takes it: every request of a test would pay for more. */
const weakHash = (password: string): string => {
  const salt = randomBytes(16)
  const hash = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 })
  return `scrypt$${2 ** 14}$8$1$${salt.toString('base64')}$${hash.toString('base64')}`
}

const hash = weakHash(pipeline.password)

export const basic = `Basic ${Buffer.from(`${pipeline.name}:${pipeline.password}`).toString('base64')}`

/** What makes a stack keep states: a key, the account, and a state `main` whose configuration Nexus writes. */
export const withStates = (options: StackOptions = {}, terraform: Record<string, unknown> = {}): StackOptions => ({
  ...options,
  tenant: { terraformStates: ['main'], otherStates: ['elsewhere'], ...options.tenant },
  file: {
    terraform: { stateKeys: [randomBytes(32).toString('base64')], ...terraform },
    serviceAccounts: [
      {
        name: pipeline.name,
        passwordHash: hash,
        permissions: [
          'client.write.all',
          'terraform.state',
          'terraform.state.force-unlock',
          'terraform.read',
          'terraform.adopt',
          'tenant.admin',
        ],
        tenants: '*',
      },
    ],
    ...options.file,
  },
})

/** The http backend's block, with locking, as `nexus synth` writes it. */
export const backend = (url: string, state: string, snapshot?: number): string => {
  const address = `${url}/v1/tenants/acme/terraform/states/${state}${snapshot === undefined ? '' : `?snapshot=${snapshot}`}`
  return `terraform {
  backend "http" {
    address        = "${address}"
    lock_address   = "${address}"
    unlock_address = "${address}"
    lock_method    = "LOCK"
    unlock_method  = "UNLOCK"
    retry_wait_min = 1
  }
}
`
}
