import { z } from 'zod'
import { auditActionNames, auditOutcomes } from '../../domain/access/audit.ts'
import { plans } from '../../domain/limits/budget.ts'
import { FieldPath, FieldValue } from '../clients/answers.ts'
import { count, text, texts, time } from '../routing/answers.ts'
import { State } from '../terraform/answers.ts'

/** What is answered about tenants, and about what was decided on them. */

/** Whose decision it was. */
const Actor = z.strictObject({
  kind: z.enum(['user', 'service-account', 'policy', 'operator']),
  id: text,
  application: text.nullable(),
})

const Budget = z
  .strictObject({
    bucket: text,
    burst: z.number().describe('Calls at once'),
    perSecond: z.number().describe('Calls a second in the long run'),
    left: count.describe('Calls that Nexus may make at once now'),
    remaining: z.number().nullable().describe('What Auth0 last said is left; null where it has said nothing'),
    observedAt: time.nullable().describe('When it said so'),
    othersPerSecond: z.number().describe('Calls of other programs, as Nexus estimates them'),
    throttledUntil: time.nullable().describe('Until when the last 429 of Auth0 kept Nexus from calling'),
    throttledThisHour: count.describe('Calls that Auth0 has answered with 429 in this hour (UTC)'),
    throttledLastHour: count.describe('The same, in the hour before'),
  })
  .meta({ id: 'Budget' })

export const Tenant = z
  .strictObject({
    id: text,
    domain: text,
    plan: z.enum(plans),
    driftPolicy: z.enum(['report', 'revert']),
    paused: time.nullable(),
    pausedBy: Actor.nullable().describe(
      'For who may read every client; null where it is not paused, or the audit no longer tells',
    ),
    served: z.boolean().describe('Whether a worker serves it'),
    credential: z.strictObject({ valid: z.boolean(), heldSince: time.nullable(), reason: text.nullable() }),
    scan: z.strictObject({
      lastCompleteAt: time.nullable(),
      clients: count.nullable(),
      problem: text.nullable(),
      nextAt: time.nullable(),
      running: z.boolean(),
      leftOut: z
        .strictObject({
          count,
          elements: z
            .array(z.strictObject({ client: text.nullable(), reason: text }))
            .describe('The first of them, for who may read every client'),
        })
        .describe(
          'Clients and parts of clients that the last complete scan left out, because Nexus cannot handle them',
        ),
    }),
    queue: z
      .strictObject({ working: z.boolean(), problem: text.nullable(), reason: text.nullable() })
      .describe('Whether the worker is woken; where it is not, changes are accepted and wait'),
    clients: count,
    backlog: count.describe('Clients whose newest change is not settled'),
    oldestWaitingAt: time.nullable().describe('When the oldest change was accepted that still waits'),
    drifted: count,
    stalled: count.describe('Clients whose calls keep failing'),
    budgets: z.array(Budget).describe("Auth0's limits of the plan; none where it sets none"),
    terraform: z.strictObject({
      managed: count,
      manual: count,
      conflicting: count,
      adopting: count,
      releasing: count,
      outdatedWriteAt: time
        .nullable()
        .describe('When a state was last written without a lock, from an outdated configuration'),
      states: z.array(State).describe('Those that the caller may see'),
    }),
  })
  .describe('A tenant and its health')
  .meta({ id: 'Tenant' })

export const TenantList = z.strictObject({ tenants: z.array(Tenant) }).meta({ id: 'TenantList' })

export const TenantDifferences = z
  .strictObject({
    tenant: text,
    clients: z.array(
      z.strictObject({
        id: text,
        name: text,
        notes: texts.describe('Sentences for people'),
        members: z.record(text, z.unknown()).optional().describe('The body that Auth0 will get, in a plan'),
        fields: z.array(
          z.strictObject({
            field: FieldPath,
            from: FieldValue,
            to: FieldValue,
            why: text.optional().describe('What kind of drift it is'),
          }),
        ),
      }),
    ),
    unchanged: count.describe('Clients without a difference'),
  })
  .describe("The differences of a tenant's clients, by name")
  .meta({ id: 'TenantDifferences' })

export const Running = z
  .strictObject({
    running: z.array(
      z.strictObject({
        client: text,
        since: time,
        until: time.describe('The deadline of the call'),
        attempt: count.describe('Which try it is: 1 where none has failed before'),
      }),
    ),
  })
  .describe('The clients that a worker calls Auth0 for now, the longest first; 100 at the most')
  .meta({ id: 'Running' })

const AuditRecord = z
  .strictObject({
    id: count,
    at: z.iso.datetime({ precision: 6 }),
    tenantId: text.nullable(),
    actor: Actor.nullable().describe('Null where nobody could be recognised'),
    address: text.nullable().describe('The network address that the request came from'),
    requestId: text.nullable(),
    action: z.enum(auditActionNames),
    target: text.nullable().describe("A client's id, a state's name, a change's id; null where the tenant is meant"),
    changeId: z.uuid().nullable().describe('The change that came of it'),
    outcome: z.enum(auditOutcomes),
    reason: text.nullable().describe("The problem's code, of what was refused"),
    missing: text.nullable().describe('What would have let the caller in'),
    count: z
      .int()
      .nullable()
      .describe(
        'How many requests without valid credentials, or decisions of one kind, the record stands for; null of one decision',
      ),
  })
  .meta({ id: 'AuditRecord' })

export const AuditPage = z
  .strictObject({ records: z.array(AuditRecord), next: text.nullable().describe('The cursor of the next page') })
  .meta({ id: 'AuditPage' })
