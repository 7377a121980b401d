import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { deployCli } from '../support/deploy-cli.ts'
import { startRealServers } from '../support/local-servers.ts'
import { nexus } from '../support/process.ts'
import type { NexusProcess } from '../support/process.ts'

const run = promisify(execFile)
const applicationToken = 'nxa_deploy-cli-test'

const Where = z.object({
  url: z.string(),
  domain: z.string(),
  issuer: z.string(),
  caFile: z.string(),
  credential: z.object({ clientId: z.string(), clientSecret: z.string() }),
})

const local = await startRealServers()
if ('missing' in local) {
  if (process.env['CI'] === 'true') throw new Error(`In CI no suite may be skipped: ${local.missing}`)
  console.warn(`The processes beside the deploy CLI are skipped: ${local.missing}`)
}

describe.skipIf('missing' in local)('processes as in production, over https, beside the real deploy CLI', () => {
  let directory: string
  let simulator: NexusProcess
  let server: NexusProcess
  let where: z.infer<typeof Where>
  let url: string

  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-process-'))
    const ca = path.join(directory, 'ca.pem')
    simulator = nexus(['simulator', '--port', '0', '--https', '--ca-file', ca, '--clients', '4', '--json'])
    where = Where.parse(JSON.parse((await simulator.says(/^\{.*\}$/m))[0]))
    if ('missing' in local) return
    const { servers } = local
    await writeFile(
      path.join(directory, 'nexus.yaml'),
      JSON.stringify({
        server: { port: 0 },
        database: { url: servers.postgresUrl },
        redis: { url: servers.redisUrl },
        tenants: [
          { id: 'acme', domain: where.domain, allowInsecure: true, plan: 'none', credential: where.credential },
        ],
        issuers: [{ issuer: where.issuer, audience: 'urn:nexus', allowInsecure: true, tenants: ['acme'] }],
        applicationTokens: {
          tokens: [
            { name: 'pipeline', sha256: createHash('sha256').update(applicationToken).digest('hex'), tenants: '*' },
          ],
        },
      }),
    )
    server = nexus(['start', '--config', path.join(directory, 'nexus.yaml')], { NODE_EXTRA_CA_CERTS: ca })
    url = (await server.says(/"url":"(http:[^"]+)"/))[1] ?? ''
  }, 60_000)
  afterAll(async () => {
    await server.kill('SIGTERM')
    await simulator.kill('SIGTERM')
    await rm(directory, { recursive: true, force: true })
    if (!('missing' in local)) await local.close()
  })

  test('a PATCH through Nexus is what the deploy CLI exports', { timeout: 120_000 }, async () => {
    const token = nexus(
      [
        'token',
        '--simulator',
        where.url,
        '--ca',
        where.caFile,
        '--user',
        'auth0|ann',
        '--permission',
        'client.write.all',
      ],
      {},
    )
    const bearer = (await token.says(/eyJ\S+/))[0]
    const before = path.join(directory, 'before')
    await deployCli(where, 'export', '--format', 'yaml', '--output_folder', before)
    expect(await readFile(path.join(before, 'tenant.yaml'), 'utf8')).not.toContain('changed.example.com')

    const listed = z.array(z.object({ client_id: z.string(), name: z.string() })).parse(await clientsOf(where))
    const client = listed.find(({ client_id: id }) => id !== where.credential.clientId)
    const answer = await fetch(`${url}/v1/tenants/acme/clients/${client?.client_id ?? ''}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${bearer}`,
        'x-application-token': applicationToken,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ callbackUrls: ['https://changed.example.com/callback'] }),
    })
    expect(await answer.json()).toMatchObject({ callbackUrls: ['https://changed.example.com/callback'] })
    expect(answer.status).toBe(200)

    const after = path.join(directory, 'after')
    await deployCli(where, 'export', '--format', 'yaml', '--output_folder', after)
    const exported = await readFile(path.join(after, 'tenant.yaml'), 'utf8')
    expect(exported).toContain('https://changed.example.com/callback')
    expect(exported).toContain(`name: ${client?.name ?? 'missing'}`)
  })
})

/** The tenant's clients, asked for by a process that knows the simulator's CA from its start, as Node wants it. */
const clientsOf = async ({ url, caFile, credential }: z.infer<typeof Where>): Promise<unknown> => {
  const script = `
    const post = await fetch('${url}/oauth/token', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials', client_id: '${credential.clientId}',
        client_secret: '${credential.clientSecret}', audience: '${url}/api/v2/' }) })
    const { access_token } = await post.json()
    const list = await fetch('${url}/api/v2/clients?is_global=false', { headers: { authorization: 'Bearer ' + access_token } })
    console.log(await list.text())`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    env: { NODE_EXTRA_CA_CERTS: caFile },
  })
  return JSON.parse(stdout)
}
