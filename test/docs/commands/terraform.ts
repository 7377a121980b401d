import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { account } from './serve.ts'
import type { World } from './world.ts'

/** What the guide to Terraform takes for granted. */

const guide = readFileSync(new URL('../../../docs/guides/terraform.md', import.meta.url), 'utf8')

/** The declarations of the guide, where it says that they belong. */
export const declare = ({ clone }: World): void => {
  const [, block = ''] = /```ts\n([^]+?)```/.exec(guide) ?? []
  writeFileSync(path.join(clone, 'stacks', 'tenants', 'acme.ts'), block)
}

/** A saved plan of somebody's own configuration, whose state is a file. */
export const planElsewhere = async ({ clone, session }: World): Promise<void> => {
  writeFileSync(path.join(clone, 'main.tf'), 'resource "terraform_data" "one" {}\n')
  const { code, output } = await session.run('terraform init -no-color && terraform plan -no-color -out=tfplan')
  if (code !== 0) throw new Error(output)
}

/** So many versions of states without clients. */
export const writeStates = async ({ url }: World, versions: Readonly<Record<string, number>>): Promise<void> => {
  const { name, password } = account
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
  for (const [state, count] of Object.entries(versions))
    for (let serial = 1; serial <= count; serial += 1) {
      const { status } = await fetch(`${url}/v1/tenants/acme/terraform/states/${state}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({
          version: 4,
          terraform_version: '1.11.4',
          serial,
          lineage: 'of-the-guide',
          outputs: {},
          resources: [],
        }),
      })
      if (status !== 200) throw new Error(`The state ${state} was not taken: ${status}`)
    }
}
