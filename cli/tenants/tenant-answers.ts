import { z } from 'zod'
import { printable } from '../../domain/texts/printable.ts'
import { agoText, countText } from '../terminal/readable.ts'
import type { Shown } from '../terminal/readable.ts'
import { labelledLines, tableLines } from '../terminal/table.ts'
import type { Column } from '../terminal/table.ts'

/** What the API answers of tenants, and how a person reads it. Members that are not named here are kept. */

export const Tenant = z.looseObject({
  id: z.string(),
  domain: z.string(),
  plan: z.string(),
  driftPolicy: z.string(),
  paused: z.string().nullable(),
  credential: z.looseObject({ valid: z.boolean(), reason: z.string().nullable() }),
  scan: z.looseObject({ lastCompleteAt: z.string().nullable(), problem: z.string().nullable() }),
  queue: z.looseObject({ working: z.boolean(), reason: z.string().nullable() }),
  clients: z.int(),
  backlog: z.int(),
  drifted: z.int(),
  terraform: z.looseObject({
    managed: z.int(),
    manual: z.int(),
    conflicting: z.int(),
    adopting: z.int(),
    releasing: z.int(),
  }),
})
export type Tenant = z.infer<typeof Tenant>
export const Tenants = z.looseObject({ tenants: z.array(Tenant) })

/** What keeps a tenant from being served as it should be, in a word; the others have what they need. */
const statusOf = ({ paused, credential, queue, scan }: Tenant): string => {
  if (!credential.valid) return 'held'
  if (paused !== null) return 'paused'
  if (!queue.working) return 'not woken'
  return scan.problem === null ? 'ok' : 'scan failed'
}

const scannedText = ({ scan: { lastCompleteAt } }: Tenant, now: Date): string =>
  lastCompleteAt === null ? 'never' : agoText(lastCompleteAt, now)

const columns = (now: Date): readonly Column<Tenant>[] => [
  { title: 'TENANT', cell: ({ id }) => id, whole: true },
  { title: 'STATUS', cell: statusOf, whole: true },
  { title: 'DOMAIN', cell: ({ domain }) => domain },
  { title: 'CLIENTS', cell: ({ clients }) => String(clients) },
  { title: 'WAITING', cell: ({ backlog }) => String(backlog) },
  { title: 'DRIFTED', cell: ({ drifted }) => String(drifted) },
  { title: 'SCANNED', cell: (tenant) => scannedText(tenant, now) },
]

export const tenantListLines = (tenants: readonly Tenant[], { now, width }: Shown): string[] => [
  ...(tenants.length === 0 ? [] : [...tableLines(columns(now), tenants, width), '']),
  `${countText(tenants.length, 'tenant')}.`,
]

/** Sentences about what is not as it should be. */
const troubles = ({ paused, credential, queue, scan }: Tenant, now: Date): string[] => [
  ...(credential.valid
    ? []
    : [`Nothing is sent: Auth0 does not accept the credential (${credential.reason ?? 'no reason is known'}).`]),
  ...(paused === null ? [] : [`Nothing is sent: the tenant was paused ${agoText(paused, now)}.`]),
  ...(queue.working ? [] : [`Changes wait: ${queue.reason ?? 'the queue does not work.'}`]),
  ...(scan.problem === null ? [] : [`The last scan stopped: ${scan.problem}`]),
]

export const tenantLines = (tenant: Tenant, { now }: Shown): string[] => {
  const { id, domain, plan, driftPolicy, clients, backlog, drifted, terraform } = tenant
  const { managed, manual, conflicting, adopting, releasing } = terraform
  const rows = [
    ['status', statusOf(tenant)],
    ['domain', domain],
    ['plan', plan],
    ['clients', `${clients}: ${managed} managed by Terraform, ${manual} manual`],
    ['waiting', `${countText(backlog, 'client')} with changes that Auth0 does not have yet`],
    ['drifted', `${countText(drifted, 'client')} (policy: ${driftPolicy})`],
    ['terraform', `${adopting} to adopt, ${releasing} to release, ${conflicting} in conflict`],
    ['scanned', scannedText(tenant, now)],
  ] as const
  return [id, '', ...labelledLines(rows), ...troubles(tenant, now).flatMap((text) => ['', printable(text)])]
}
