import { createHash } from 'node:crypto'
import type { Simulator } from '../../../simulator/main.ts'
import { countText } from '../../terminal/readable.ts'

/** What `nexus simulator` says when it runs. */

/** What other tools of Auth0 read from the environment; they speak https only. */
const environmentOf = ({ domain, credential, caFile }: Simulator): Readonly<Record<string, string>> | null =>
  caFile === undefined
    ? null
    : {
        AUTH0_DOMAIN: domain,
        AUTH0_CLIENT_ID: credential.clientId,
        AUTH0_CLIENT_SECRET: credential.clientSecret,
        // The provider is written in Go, the deploy CLI for Node.
        SSL_CERT_FILE: caFile,
        NODE_EXTRA_CA_CERTS: caFile,
      }

/** The application of the printed configuration. It is good for nothing but the simulated tenant, so everybody may know it. */
const applicationToken = 'nexus-demo-application-token-for-the-simulated-tenant-only'

/** For a pipeline. @param samples what --clients asked for: the tenant also lists Nexus' own client and the global one */
export const answerOf = (simulator: Simulator, samples: number) => {
  const { url, httpUrl, domain, port, issuer, credential, users, caFile } = simulator
  return {
    url,
    httpUrl,
    domain,
    port,
    issuer,
    jwksUrl: `${issuer}.well-known/jwks.json`,
    credential,
    caFile: caFile ?? null,
    clients: samples,
    users: users.map(({ sub, name }) => ({ sub, name })),
    environment: environmentOf(simulator),
  }
}

/** For a person, with what to paste. */
export const textOf = ({
  url,
  httpUrl,
  domain,
  credential,
  clients,
  users,
  environment,
}: ReturnType<typeof answerOf>): string => {
  const also = url === httpUrl ? '' : `, and at ${url}`
  const exports = Object.entries(environment ?? {}).map(([name, value]) => `export ${name}=${value}\n`)
  const tools =
    environment === null
      ? "Terraform's provider and the deploy CLI speak https only: for them, start it with --https.\n"
      : `For Terraform's provider and the deploy CLI:\n\n${exports.join('')}`
  return `A stand-in Auth0 tenant runs at ${httpUrl}${also}, with ${countText(clients, 'sample client')}. Press Ctrl-C to end it.

domain         ${domain}
issuer         ${httpUrl}/
client id      ${credential.clientId}
client secret  ${credential.clientSecret}
users          ${users.map(({ name }) => name).join(', ') || '–'}

To run Nexus on it, put this into sandbox.yaml:

tenants:
  - id: sandbox
    domain: ${httpUrl}
    allowInsecure: true
    plan: none
    credential:
      clientId: ${credential.clientId}
      clientSecret: ${credential.clientSecret}
issuers:
  - issuer: ${httpUrl}/
    audience: urn:nexus
    allowInsecure: true
    tenants: [sandbox]
applicationTokens:
  tokens:
    - name: portal
      sha256: ${createHash('sha256').update(applicationToken).digest('hex')}
      tenants: [sandbox]

Start it in another terminal:

npx nexus start --config sandbox.yaml

Call it in a third one:

export NEXUS_URL=http://127.0.0.1:8080 NEXUS_APPLICATION_TOKEN=${applicationToken}
export NEXUS_TOKEN=$(npx nexus token --simulator ${httpUrl} --user 'auth0|ann' --permission client.write.all)
npx nexus clients list sandbox

To let Auth0 fail, and to end that:

curl -X POST ${httpUrl}/_simulator/faults -H 'content-type: application/json' -d '{"outage":"reset"}'
curl -X DELETE ${httpUrl}/_simulator/faults

${tools}`
}
