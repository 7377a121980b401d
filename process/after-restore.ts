import { createAuth0 } from '../adapters/auth0/auth0.ts'
import { createPacer } from '../adapters/auth0/pacer.ts'
import type { Configuration, TenantConfiguration } from '../adapters/config/configuration.ts'
import { createHttp } from '../adapters/http/http.ts'
import { draftWithoutRequest } from '../adapters/postgres/audit-draft.ts'
import { createTakeOver } from '../adapters/postgres/changes/take-over.ts'
import { createScans } from '../adapters/postgres/clients/scans.ts'
import type { Listed } from '../adapters/postgres/clients/scans.ts'
import { createClients } from '../adapters/postgres/clients/clients.ts'
import type { Postgres } from '../adapters/postgres/database/connect.ts'
import { createBudgets } from '../adapters/postgres/tenants/budgets.ts'
import { letGoRestored } from '../adapters/postgres/tenants/restored.ts'
import type { StoppedTenant } from '../adapters/postgres/tenants/restored.ts'
import { createTenants } from '../adapters/postgres/tenants/tenants.ts'
import type { Actor } from '../domain/access/audit.ts'
import { comparedWith, isAsBackedUp } from '../domain/changes/restored.ts'
import type { Comparison } from '../domain/changes/restored.ts'
import { textOf } from '../domain/shape.ts'
import { auth0TenantsOf } from './auth0-tenants.ts'
import { metadataKeysOf } from './database.ts'
import { pagesOf } from './pages-of-clients.ts'

/** What follows a restore: the database is compared with Auth0, and brought up to it. Nothing is sent. */

interface ComparedClient extends Comparison {
  readonly id: string
  readonly name: string
}

/** How a restored tenant differs from Auth0. */
export interface ComparedTenant {
  readonly tenant: string
  /** Clients of which something is newer in Auth0, or waited. */
  readonly clients: readonly ComparedClient[]
  /** Ids of clients that only Auth0 has, and of those that only the backup has. */
  readonly created: readonly string[]
  readonly gone: readonly string[]
  /** Clients of both, as far as they stand as the backup has them. */
  readonly unchanged: number
}

export interface AfterRestore {
  /** Reads every client of the tenant from Auth0 and says what differs. Nothing is written. */
  readonly compare: (tenant: TenantConfiguration) => Promise<ComparedTenant>
  /** The same, takes over what is newer in Auth0, and resumes the tenant, unless a person had paused it before the backup. */
  readonly settle: (tenant: TenantConfiguration, how: Settling) => Promise<ComparedTenant>
}

interface Settling extends Pick<StoppedTenant, 'pausedBefore'> {
  /** What becomes of changes that waited in the backup, and that nothing in Auth0 has overtaken. */
  readonly waiting: 'send' | 'withdraw'
}

/** @param actor who is answerable for what is settled */
export const createAfterRestore = (db: Postgres['db'], configuration: Configuration, actor: Actor): AfterRestore => {
  const { tenants, worker } = configuration
  const keysOf = metadataKeysOf(configuration)
  const clients = createClients(db, keysOf)
  const scans = createScans(db)
  const takeOver = createTakeOver(db, keysOf, actor)
  const pacer = createPacer(createBudgets(db), new Map(tenants.map(({ id, plan }) => [id, plan])))
  const auth0 = createAuth0(createHttp(process.env), auth0TenantsOf(configuration), worker.httpTimeoutMs)

  const lookAt = async (
    tenant: TenantConfiguration,
    look: (client: Listed & { readonly askedAt: Date }) => Promise<Comparison | undefined>,
  ): Promise<ComparedTenant> => {
    const known = new Set(await clients.ids(tenant.id))
    const found: ComparedClient[] = []
    const created: string[] = []
    let unchanged = 0
    for await (const { askedAt, clients: page } of pagesOf({ auth0, pacer, scans }, tenant))
      await Promise.all(
        page.map(async ({ clientId, client }) => {
          known.delete(clientId)
          const comparison = await look({ clientId, client, askedAt })
          if (comparison === undefined) created.push(clientId)
          else if (isAsBackedUp(comparison)) unchanged += 1
          else found.push({ id: clientId, name: textOf(client['name']) ?? 'without a name', ...comparison })
        }),
      )
    return { tenant: tenant.id, clients: found, created, gone: [...known], unchanged }
  }

  return {
    compare: (tenant) =>
      lookAt(tenant, async ({ clientId, client }) => {
        const state = await clients.load({ tenantId: tenant.id, clientId })
        return state && comparedWith(state, client, tenant.metadataKeys)
      }),
    settle: async (tenant, { waiting, pausedBefore }) => {
      const compared = await lookAt(tenant, ({ clientId, client, askedAt }) =>
        takeOver({ key: { tenantId: tenant.id, clientId }, now: client, askedAt, waiting }),
      )
      await letGoRestored(db, tenant.id)
      if (!pausedBefore)
        await createTenants(db).pause(
          tenant.id,
          false,
          draftWithoutRequest({ action: 'resume', tenantId: tenant.id, actor }),
        )
      return compared
    },
  }
}
