import { clients } from './clients.ts'
import { common } from './common.ts'
import { tenants } from './tenants.ts'
import { times } from './times.ts'

/** Every text of the console, in one place. */
export const texts = { common, clients, tenants, times } as const
