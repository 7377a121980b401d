import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { hashToken } from '../../adapters/credentials/application-tokens.ts'
import { hashPassword } from '../../adapters/credentials/passwords.ts'
import { freePort } from '../../adapters/embedded-postgres/free-port.ts'
import { startSimulator } from '../../simulator/main.ts'
import type { Session } from '../docs/commands/session.ts'

/** Nexus, as it is installed in a folder and serves from there. */
export interface Installation {
  readonly url: string
  /** The shell in which it runs, and in which its commands reach it. */
  readonly session: Session
  /** Pushes a Terraform state that holds this text. @returns the status of the answer */
  readonly postState: (text: string) => Promise<number>
  readonly close: () => Promise<void>
}

const [username, password] = ['admin', 'the-password-of-the-installation']
const permissions = ['client.read.all', 'client.write.all', 'terraform.read', 'terraform.state']

/** Writes a configuration into the folder, with a console and a simulated tenant, and starts the Nexus that is there. */
export const openInstallation = async (folder: string, session: Session): Promise<Installation> => {
  const auth0 = await startSimulator({ clients: 3 })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const [applicationToken, key] = [`nxa_${randomBytes(24).toString('base64url')}`, randomBytes(32).toString('base64')]
  const configuration = {
    server: { port },
    terraform: { stateKeys: [key] },
    tenants: [
      {
        id: 'acme',
        domain: auth0.httpUrl,
        allowInsecure: true,
        plan: 'none',
        credential: auth0.credential,
        terraformStates: ['main'],
      },
    ],
    issuers: [{ issuer: auth0.issuer, audience: 'urn:nexus', allowInsecure: true, tenants: ['acme'] }],
    applicationTokens: { tokens: [{ name: 'console', sha256: hashToken(applicationToken), tenants: ['acme'] }] },
    serviceAccounts: [{ name: username, passwordHash: await hashPassword(password), tenants: ['acme'], permissions }],
    console: {
      issuer: auth0.issuer,
      clientId: 'nexus-console',
      clientSecret: 'the-secret-of-the-console',
      applicationToken,
      publicUrl: url,
      sessionKeys: [key],
    },
  }
  writeFileSync(path.join(folder, 'nexus.yaml'), JSON.stringify(configuration))
  await session.run(`export NEXUS_URL=${url} NEXUS_USERNAME=${username} NEXUS_PASSWORD=${password}`)
  await session.start('npx nexus start', /Nexus is up/)
  return {
    url,
    session,
    postState: async (text) => {
      const outputs = { text: { value: text, type: 'string' } }
      const state = { version: 4, terraform_version: '1.11.4', serial: 1, lineage: 'installed', outputs, resources: [] }
      const { status } = await fetch(`${url}/v1/tenants/acme/terraform/states/main`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(state),
      })
      return status
    },
    close: () => auth0.close(),
  }
}
