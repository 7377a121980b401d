import { people } from './cast.ts'
import type { World } from './world.ts'
import { bold, dim, say } from './screen.ts'

/** A command, and what it shows. */
interface Line {
  readonly shows: string
  readonly command: string
}

const curl = (path: string, more = ''): string =>
  `curl -sS -i -w '\\n' "$NEXUS${path}" -H "Authorization: Bearer $ANN" -H "X-Application-Token: $APP"${more}`

const patching = (body: unknown, more = ''): string =>
  ` -X PATCH -H 'Content-Type: application/json'${more} -d '${JSON.stringify(body)}'`

const client = '/v1/tenants/acme/clients/invoices-web'

const lines = (changeId: string): readonly Line[] => [
  {
    shows: 'Change a client, as Ann',
    command: curl(client, patching({ callbackUrls: ['https://invoices.acme.example/from-your-shell'] })),
  },
  { shows: 'Read it', command: curl(client) },
  { shows: 'What Auth0 holds', command: `curl -sS -w '\\n' "$ACME/_simulator/clients/invoices-web"` },
  { shows: 'A change: who, what, when, and what came of it', command: curl(`/v1/tenants/acme/changes/${changeId}`) },
  {
    shows: 'Do not wait for Auth0',
    command: curl(client, patching({ applicationName: 'Later' }, " -H 'Prefer: respond-async'")),
  },
  {
    shows: 'Let Auth0 fail (and end it with -X DELETE): changes are accepted, and applied when it is back',
    command: `curl -sS -w '\\n' "$ACME/_simulator/faults" -H 'Content-Type: application/json' -d '{"outage":"page"}'`,
  },
]

/** Prints commands to paste into another terminal; their tokens are good for as long as the demo runs. */
export const showLinesToPaste = ({ nexusUrl, tenants, applicationToken, tokenOf }: World, changeId: string): void => {
  say(bold('Now you: it keeps serving. Paste into another terminal'))
  say()
  say(dim("# Nexus, the simulated tenant, Ann's token and the calling application's"))
  say(`export NEXUS=${nexusUrl} ACME=${tenants.acme.url} APP=${applicationToken}`)
  say(`export ANN=${tokenOf(people.ann)}`)
  for (const { shows, command } of lines(changeId)) {
    say()
    say(dim(`# ${shows}`))
    say(command)
  }
  say()
}
