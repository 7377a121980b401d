import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const program = new URL('../../node_modules/auth0-deploy-cli/lib/index.js', import.meta.url).pathname

/** A simulated tenant over https, as far as another tool has to know it. */
interface Target {
  readonly domain: string
  readonly caFile?: string
  readonly credential: { readonly clientId: string; readonly clientSecret: string }
}

/** Runs the real auth0 deploy CLI against a simulated tenant, for clients only. */
export const deployCli = ({ domain, caFile, credential }: Target, ...parameters: string[]) =>
  run(process.execPath, [program, ...parameters, '--env', 'true'], {
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: caFile,
      AUTH0_DOMAIN: domain,
      AUTH0_CLIENT_ID: credential.clientId,
      AUTH0_CLIENT_SECRET: credential.clientSecret,
      AUTH0_INCLUDED_ONLY: '["clients"]',
    },
  })
