import { z } from 'zod'
import { Snapshot } from '../../domain/terraform/snapshot.ts'
import { Author, count, text, time } from '../routing/answers.ts'
import { terraformWords } from '../../domain/clients/listing.ts'

/** What is answered about Terraform's states, and about who manages what. */

const Place = z.strictObject({ state: text, address: text, tainted: z.boolean(), deposed: text.nullable() })

export const Standing = z
  .strictObject({
    status: z.enum(terraformWords),
    states: z.array(Place).describe('Where it stands, in states that the configuration names'),
    claims: z
      .array(Place)
      .describe('Where it stands in other states, which changes nothing; those that the caller may see'),
    request: z
      .strictObject({ kind: z.enum(['adopt', 'release']), state: text, by: Author, requestedAt: time })
      .nullable(),
  })
  .describe('How a client stands with Terraform')

export const TerraformStanding = z.strictObject({ clientId: text, ...Standing.shape }).meta({ id: 'TerraformStanding' })

const StateLock = z
  .strictObject({
    id: text,
    operation: text,
    info: text,
    who: text.describe('As Terraform names them: ann@laptop'),
    by: text.describe('The caller who took it'),
    since: time,
    abandoned: z.boolean(),
  })
  .meta({ id: 'StateLock' })

export const State = z
  .strictObject({
    name: text,
    own: z.boolean().describe("Whether Nexus writes this state's configuration"),
    named: z.boolean().describe('Whether the configuration names it: another changes nothing'),
    version: count.nullable(),
    serial: count.nullable(),
    lineage: text.nullable(),
    bytes: count.nullable(),
    writtenAt: time.nullable(),
    snapshot: count.describe('Counts what would make an older configuration wrong'),
    clients: count,
    lock: StateLock.nullable(),
    outdatedWrite: z
      .strictObject({ at: time, by: text, snapshot: count, current: count })
      .nullable()
      .describe('The last write without a lock, from an outdated configuration; an apply that holds the lock ends it'),
    unlockedWrite: z
      .strictObject({ at: time, by: text })
      .nullable()
      .describe('The last write, where nobody held the lock then: the backend names no lock, or -lock=false was given'),
  })
  .meta({ id: 'State' })

export const StateList = z.strictObject({ states: z.array(State) }).meta({ id: 'StateList' })

export const StateVersionList = z
  .strictObject({
    versions: z.array(
      z.strictObject({
        version: count,
        current: z.boolean(),
        serial: count,
        lineage: text,
        terraformVersion: text,
        bytes: count,
        keyId: text.describe('Which key it is sealed with'),
        restoredFrom: count.nullable(),
        writtenAt: time,
        writtenBy: Author,
      }),
    ),
  })
  .meta({ id: 'StateVersionList' })

export const StateRestored = z
  .strictObject({ version: count, restoredFrom: count, serial: count })
  .meta({ id: 'StateRestored' })

export const TerraformState = z
  .looseObject({ version: z.literal(4), serial: count, lineage: text })
  .describe('A Terraform state, version 4 of the format. It holds secrets.')
  .meta({ id: 'TerraformState' })

export const TerraformSnapshot = Snapshot.describe('What the stacks are synthesised from').meta({
  id: 'TerraformSnapshot',
})

export const ScanWaiting = z
  .strictObject({
    status: z.enum(['scanning', 'waiting']),
    reason: text.nullable().describe('What keeps the scan from beginning, or broke the last one off'),
  })
  .describe('The scan that was asked for is not over')
  .meta({ id: 'ScanWaiting' })
