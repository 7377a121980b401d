import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { highestSerial } from '../../../domain/terraform/state.ts'

/**
 * The highest serial in the row of a state. A state from before there was a limit may be beyond it, where nothing could
 * follow: then the highest that is kept below it counts.
 */
export const saneSerial: RawBuilder<number> = sql`
  case when terraform_states.highest_serial <= ${highestSerial} then terraform_states.highest_serial
  else coalesce((select max(v.serial) from nexus.terraform_state_versions v
                 where v.tenant_id = terraform_states.tenant_id and v.state = terraform_states.name
                   and v.serial <= ${highestSerial}), 0) end`
