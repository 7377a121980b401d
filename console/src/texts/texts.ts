import { client } from './client.ts'
import { clients } from './clients.ts'
import { common } from './common.ts'
import { details } from './details.ts'
import { fields } from './fields.ts'
import { history } from './history.ts'
import { tenants } from './tenants.ts'
import { times } from './times.ts'

/** Every text of the console, in one place. */
export const texts = { common, clients, client, fields, history, details, tenants, times } as const
