import { lazy } from 'react'
import type { ComponentType, LazyExoticComponent } from 'react'
import { texts } from '../texts/texts.ts'
import { may, seesClients, seesEveryClient, seesStates } from './rights.ts'
import type { Caller } from './session.tsx'

/** A page of a tenant, or of the whole installation: it stands in the navigation for those who may use it. */
interface Page {
  readonly label: string
  /** Below the tenant's path, or below the root. */
  readonly path: string
  readonly page: LazyExoticComponent<ComponentType>
  readonly isFor: (caller: Caller) => boolean
}

const everyone = (): boolean => true
const administrators = (caller: Caller): boolean => may(caller, 'tenant.admin')
const { nav } = texts.common

/** Pages of a tenant, in the order of the navigation: `/tenants/:tenantId/<path>`. */
export const tenantPages: readonly Page[] = [
  {
    label: nav.clients,
    path: 'clients',
    page: lazy(async () => import('../clients/clients-page.tsx')),
    isFor: seesClients,
  },
  {
    label: nav.drift,
    path: 'drift',
    page: lazy(async () => import('../drift/drift-page.tsx')),
    isFor: seesEveryClient,
  },
  { label: nav.tenant, path: '', page: lazy(async () => import('../tenants/tenant-page.tsx')), isFor: everyone },
  {
    label: nav.terraform,
    path: 'terraform',
    page: lazy(async () => import('../terraform/terraform-page.tsx')),
    isFor: seesStates,
  },
  {
    label: nav.access,
    path: 'access',
    page: lazy(async () => import('../access/access-page.tsx')),
    // Others see what they may do themselves on the client's page.
    isFor: administrators,
  },
  {
    label: nav.audit,
    path: 'audit',
    page: lazy(async () => import('../audit/audit-page.tsx')),
    isFor: administrators,
  },
]

/** Pages that hang below another one, and in no navigation: `/tenants/:tenantId/<path>`. */
export const furtherPages: readonly Pick<Page, 'path' | 'page'>[] = [
  { path: 'clients/:clientId/*', page: lazy(async () => import('../clients/client-page.tsx')) },
]

/** Pages about the installation: `/<path>`. */
export const administrationPages: readonly Page[] = [
  {
    label: nav.applications,
    path: 'administration/applications',
    page: lazy(async () => import('../administration/applications-page.tsx')),
    isFor: administrators,
  },
  {
    label: nav.accounts,
    path: 'administration/accounts',
    page: lazy(async () => import('../administration/accounts-page.tsx')),
    isFor: administrators,
  },
]
