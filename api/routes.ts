import { accessRoutes } from './access/routes.ts'
import { callerRoutes } from './callers/routes.ts'
import { changeRoutes } from './changes/routes.ts'
import { clientRoutes } from './clients/routes.ts'
import { docsRoutes } from './docs/routes.ts'
import { eventRoutes } from './events/routes.ts'
import { probeRoutes } from './probes/routes.ts'
import { syncRoutes } from './sync/routes.ts'
import { tenantRoutes } from './tenants/routes.ts'
import { terraformRoutes } from './terraform/routes.ts'

/** Every route of the API, in the order of the document. */
export const routes = [
  ...clientRoutes,
  ...accessRoutes,
  ...changeRoutes,
  ...syncRoutes,
  ...terraformRoutes,
  ...tenantRoutes,
  ...eventRoutes,
  ...callerRoutes,
  ...docsRoutes,
  ...probeRoutes,
]
