import { useSyncExternalStore } from 'react'
import { texts } from '../texts/texts.ts'
import { relativeTo, withTimes } from './relative.ts'

/** One clock for all times on the page, which ticks while somebody shows one. In milliseconds. */
let now = Date.now()
const shown = new Set<() => void>()
let ticking: ReturnType<typeof setInterval> | undefined
const tickMs = 10_000

const follow = (changed: () => void): (() => void) => {
  shown.add(changed)
  ticking ??= setInterval(() => {
    now = Date.now()
    for (const tell of shown) tell()
  }, tickMs)
  return () => {
    shown.delete(changed)
    if (shown.size > 0) return
    clearInterval(ticking)
    ticking = undefined
  }
}

/** The time of the page's clock, in milliseconds; it renders anew as that goes on. */
export const useNow = (): number =>
  useSyncExternalStore(follow, () => {
    // A clock that stood still is set when it is looked at again.
    if (ticking === undefined) now = Date.now()
    return now
  })

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })

/** A time of ISO 8601, as people say it; the exact one, in the reader's zone, on hover. */
export const When = ({ at }: { readonly at: string | null }) => {
  const now = useNow()
  if (at === null) return texts.times.never
  const date = new Date(at)
  return (
    <time dateTime={at} title={exact.format(date)}>
      {relativeTo(new Date(now), date)}
    </time>
  )
}

/** A sentence of the API, with the times in it as people say them. */
export const Told = ({ text }: { readonly text: string }) =>
  withTimes(text).map((part, index) =>
    // oxlint-disable-next-line react/no-array-index-key -- the parts of one text have no other name
    typeof part === 'string' ? <bdi key={index}>{part}</bdi> : <When key={index} at={part.at} />,
  )
