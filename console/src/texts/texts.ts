import { access } from './access.ts'
import { administration } from './administration.ts'
import { audit } from './audit.ts'
import { client } from './client.ts'
import { clients } from './clients.ts'
import { common } from './common.ts'
import { details } from './details.ts'
import { drift } from './drift.ts'
import { fields } from './fields.ts'
import { help } from './help.ts'
import { history } from './history.ts'
import { sides } from './sides.ts'
import { tenants } from './tenants.ts'
import { terraform } from './terraform.ts'
import { times } from './times.ts'

/** Every text of the console, in one place. */
export const texts = {
  access,
  administration,
  audit,
  client,
  clients,
  common,
  details,
  drift,
  fields,
  help,
  history,
  sides,
  tenants,
  terraform,
  times,
} as const
