import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

/** Calls that Auth0 refused as too many (429), counted by the hour of the database's clock in UTC. */

const hour = sql`date_trunc('hour', clock_timestamp(), 'UTC')`
const hourBefore = sql`${hour} - interval '1 hour'`

/** What a row counts in this hour, and in the one before: what it says of any other hour is over. */
export const throttledNow: RawBuilder<unknown> = sql`case when throttled_hour = ${hour} then throttled else 0 end`
export const throttledBefore: RawBuilder<unknown> = sql`
  case throttled_hour when ${hour} then throttled_before when ${hourBefore} then throttled else 0 end`

/** One more, as assignments of an update. */
export const countThrottled: RawBuilder<unknown> = sql`
  throttled = ${throttledNow} + 1, throttled_before = ${throttledBefore}, throttled_hour = ${hour}`
