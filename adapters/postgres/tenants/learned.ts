import { sql } from 'kysely'
import { averagedOver, furthestPlaceMs, pacing } from '../../../domain/limits/budget.ts'
import type { Bucket } from '../../../domain/limits/budget.ts'
import type { Heard } from '../../../domain/limits/heard.ts'

/** Parameters beside each other have no type of their own. */
export const float = (value: number) => sql`${value}::float8`

export const inMs = (ms: number) => sql`${float(ms)} * interval '1 millisecond'`

export const perSecondOf = ({ intervalMs }: Bucket): number => 1000 / intervalMs

/** When the last answer came that the row knows of: not after now, whatever the clock has done since; null for none. */
const knownAt = sql`case when seen_at > now then now else seen_at end`

/** What is left of an estimate since the last answer: it fades while none says anything of it. */
export const faded = (bucket: Bucket) => fadedIn(bucket, secondsFrom(sql`seen_at`, sql`clock_timestamp()`))

const fadedIn = (bucket: Bucket, seconds: ReturnType<typeof sql>) =>
  sql`exp(-least(${seconds} / ${float(averagedOver(bucket))}, 50))`

/**
 * The row of a bucket after what answers have said is left. They only ever tighten: where less is left than our own calls
 * explain, somebody else calls too. Expected and reported are compared answer by answer; the differences are signed and add
 * up to what was really drawn, so that answers which overtake each other cancel out. So do those of several processes, of
 * which each tells its own later: time counts once, and goes on only.
 *
 * @returns common table expressions that read the row, with the time of its lock, from `seen`; the last is `learned`
 */
export const learned = (bucket: Bucket, heard: readonly Heard[]) => {
  const now = performance.now()
  const perSecond = float(perSecondOf(bucket))
  const over = float(averagedOver(bucket))
  return sql`
    said as materialized (
      select place, left_over, now - age * interval '1 millisecond' as at, ${knownAt} as known_at, remaining,
             coalesce(blocked_until > now, false) as blocked
      from seen, unnest(${heard.map(({ remaining }) => remaining)}::float8[], ${heard.map(({ at }) => now - at)}::float8[])
        with ordinality as answers(left_over, age, place)
    ), compared as materialized (
      select place, left_over, at, known_at,
             coalesce(lag(left_over) over in_turn, remaining) as before, greatest(known_at, lag(at) over in_turn) as since
      from said
      -- What a 429 has said since counts for more.
      where not (blocked and at <= known_at)
      window in_turn as (order by place)
    ), summed as materialized (
      select count(*) as answers, max(at) as last_at,
             (array_agg(left_over order by place desc))[1] as left_over,
             max(at + ${inMs(bucket.intervalMs)} * (${float(bucket.burst - pacing.slack)} - left_over)) as next_at
      from compared
    ), drawn as materialized (
      select sum((least(${float(bucket.burst)}, before + ${perSecond} * ${secondsFrom(sql`since`, sql`at`)}) - 1 - compared.left_over)
               / ${over} * ${fadedIn(bucket, secondsFrom(sql`at`, sql`last_at`))}) as per_second
      from compared, summed
      where since is not null
    ), learned as materialized (
      select now, blocked_until,
             case when answers = 0 then foreign_per_second when seen_at is null then coalesce(drawn.per_second, 0)
               else greatest(-${perSecond}, least(${perSecond}, coalesce(drawn.per_second, 0)
                 + foreign_per_second * ${fadedIn(bucket, secondsFrom(sql`seen_at`, sql`last_at`))})) end as foreign_per_second,
             coalesce(summed.left_over, remaining) as remaining,
             case when answers = 0 then seen_at else greatest(${knownAt}, last_at) end as seen_at,
             case when answers = 0 then seen.next_at
               else greatest(least(seen.next_at, now + ${inMs(furthestPlaceMs(bucket))}), summed.next_at) end as next_at
      from seen, summed, drawn
    )`
}

/** Seconds from one time to another: none where it lies before, and no more than matter. */
const secondsFrom = (from: ReturnType<typeof sql>, to: ReturnType<typeof sql>) =>
  sql`greatest(0, least(3600, extract(epoch from ${to} - ${from})::float8))`
