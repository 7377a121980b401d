import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Snapshot } from '../domain/terraform/snapshot.ts'
import { synthesise } from '../stacks/synthesise.ts'
import type { Person } from './cast.ts'
import type { Stage } from './stage.ts'

interface Cast {
  readonly by: Person
  /** The id of a client that stands in the state already, and of one that is to be adopted. */
  readonly managed: string
  readonly adopted: string
}

/** What Terraform would write after an apply: one managed client. */
const stateWith = (clientId: string) => ({
  version: 4,
  terraform_version: '1.11.4',
  serial: 1,
  lineage: randomUUID(),
  outputs: {},
  resources: [
    {
      mode: 'managed',
      type: 'auth0_client',
      name: 'invoices',
      provider: 'provider["registry.terraform.io/auth0/auth0"]',
      instances: [{ schema_version: 0, attributes: { id: clientId, client_id: clientId } }],
    },
  ],
})

/** A state is pushed, a client is managed from then on, another is asked for, and the stack is synthesised. */
export const terraformTakesOver =
  ({ by, managed, adopted }: Cast) =>
  async (stage: Stage): Promise<void> => {
    const tenant = `/v1/tenants/${by.tenant}`
    const standing = async (clientId: string) => {
      const { body } = await stage.request({ method: 'GET', path: `${tenant}/clients/${clientId}`, as: by })
      stage.remark(JSON.stringify({ name: body['name'], manuallyCreated: body['manuallyCreated'] }))
      return body['manuallyCreated']
    }
    const before = await standing(managed)
    const pushed = await stage.request({
      method: 'POST',
      path: `${tenant}/terraform/states/main`,
      as: by,
      body: stateWith(managed),
    })
    const after = await standing(managed)
    const asked = await stage.request({ method: 'PUT', path: `${tenant}/clients/${adopted}/terraform`, as: by })
    stage.remark(JSON.stringify({ status: asked.body['status'], request: asked.body['request'] }))

    const snapshot = await completeSnapshot(stage, by)
    const written = await stackOf(snapshot, stage.world.nexusUrl)
    stage.remark(`nexus synth ${by.tenant}, of this snapshot, writes ${written.name}/cdk.tf.json:`)
    const { terraform, resource, import: imports } = written.stack
    stage.show(JSON.stringify({ terraform: { backend: backendOf(terraform) }, resource, import: imports }, null, 2))
    stage.check([
      { what: 'created by hand, until its state is known', found: [before, after], wanted: [true, false] },
      { what: 'the state was taken', found: pushed.status, wanted: 200 },
      {
        what: 'the adoption waits for an apply',
        found: [asked.status, asked.body['status']],
        wanted: [202, 'adopting'],
      },
      {
        what: 'the stack imports that client, and no other',
        found: imports,
        wanted: [{ id: adopted, to: `auth0_client.c_${adopted}` }],
      },
      {
        what: 'no field that an owner can change stands in it',
        found: JSON.stringify(resource).includes('callbacks'),
        wanted: false,
      },
    ])
  }

/** The first scan of the tenant may still be under way. */
const completeSnapshot = async (stage: Stage, as: Person): Promise<Snapshot> => {
  for (let attempt = 1; ; attempt += 1) {
    const { body } = await stage.request({ method: 'GET', path: `/v1/tenants/${as.tenant}/terraform/snapshot`, as })
    const snapshot = Snapshot.parse(body)
    if (snapshot.incomplete === null || attempt === 10) return snapshot
    stage.remark(snapshot.incomplete)
    await sleep(1000)
  }
}

type Stack = Readonly<Record<string, unknown>>

/** What `nexus synth` writes where nothing is declared: what the user has declared is about tenants of theirs. */
const stackOf = async (snapshot: Snapshot, url: string): Promise<{ readonly name: string; readonly stack: Stack }> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-demo-stacks-'))
  const [out, tenants] = [path.join(directory, 'out'), path.join(directory, 'tenants')]
  try {
    await mkdir(tenants)
    const { stacks, refused } = await synthesise([snapshot], { out, url, tenants })
    const [made] = stacks
    if (made === undefined) throw refused[0] ?? new Error('No stack was made.')
    const stack: Stack = JSON.parse(await readFile(made.file, 'utf8'))
    return { name: made.name, stack }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const backendOf = (terraform: unknown): unknown =>
  typeof terraform === 'object' && terraform !== null && 'backend' in terraform ? terraform.backend : undefined
