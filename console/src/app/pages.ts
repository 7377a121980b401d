import { lazy } from 'react'
import type { ComponentType, LazyExoticComponent } from 'react'
import { texts } from '../texts/texts.ts'
import { may } from './session.tsx'
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
const { nav } = texts.common

/** Pages of a tenant, in the order of the navigation: `/tenants/:tenantId/<path>`. */
export const tenantPages: readonly Page[] = [
  {
    label: nav.clients,
    path: 'clients',
    page: lazy(async () => import('../clients/clients-page.tsx')),
    isFor: (caller) => may(caller, 'client.read', 'client.write', 'client.read.all', 'client.write.all'),
  },
  { label: nav.tenant, path: '', page: lazy(async () => import('../tenants/tenant-page.tsx')), isFor: everyone },
]

/** Pages that hang below another one, and in no navigation: `/tenants/:tenantId/<path>`. */
export const furtherPages: readonly Pick<Page, 'path' | 'page'>[] = [
  { path: 'clients/:clientId/*', page: lazy(async () => import('../clients/client-page.tsx')) },
]

/** Pages about the installation: `/<path>`. */
export const administrationPages: readonly Page[] = []
