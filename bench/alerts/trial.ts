import { setTimeout as sleep } from 'node:timers/promises'
import { alerts } from '../../deploy/monitoring/alerts.ts'
import type { Durations } from '../../deploy/monitoring/durations.ts'
import type { Fault } from './fault.ts'
import type { Installation } from './installation.ts'
import type { Load } from './load.ts'
import type { Prometheus } from './prometheus.ts'

/** What came of a fault. Seconds; null where it did not happen in time. */
export interface Verdict {
  readonly alert: string
  readonly about: string
  /** How long it must have lasted by the rules, and when it has to have fired at the latest. */
  readonly lasts: number
  readonly latest: number
  readonly fired: number | null
  /** From the end of the fault. */
  readonly cleared: number | null
  /** Others that fired meanwhile, and may. */
  readonly followed: readonly string[]
  /** Others that may not. */
  readonly astray: readonly string[]
  readonly sound: boolean
}

interface Trial {
  readonly installation: Installation
  readonly prometheus: Prometheus
  readonly load: Load
  readonly within: Durations
}

const lookEveryMs = 250
/** What a busy machine may be late by, seconds. */
const patience = 20
/** How long everything may take until it is well again, seconds: connections, probes, scans, and the rates' window. */
const clearsWithin = 90

const seconds = (since: number): number => (performance.now() - since) / 1000

/** Looks again and again. @returns after how many seconds it was so; null where it was not in time */
const until = async (isSo: () => Promise<boolean>, since: number, within: number): Promise<number | null> => {
  while (seconds(since) < within) {
    if (await isSo()) return seconds(since)
    await sleep(lookEveryMs)
  }
  return null
}

/** Resolves when no alert fires, or is about to. @returns false where that takes too long */
export const untilQuiet = async ({ prometheus }: Pick<Trial, 'prometheus'>): Promise<boolean> => {
  let quiet = 0
  const isQuiet = async (): Promise<boolean> => {
    const { firing, pending } = await prometheus.look()
    quiet = firing.size + pending.size === 0 ? quiet + 1 : 0
    return quiet * lookEveryMs >= 2000
  }
  return (await until(isQuiet, performance.now(), clearsWithin)) !== null
}

/** Normal load alone. @returns the alerts that fired */
export const normally = async ({ prometheus }: Pick<Trial, 'prometheus'>, forSeconds: number): Promise<string[]> => {
  const fired = new Set<string>()
  const look = async (): Promise<boolean> => {
    for (const name of (await prometheus.look()).firing) fired.add(name)
    return false
  }
  await until(look, performance.now(), forSeconds)
  return [...fired]
}

/** Runs one fault to its end. */
export const trial = async ({ installation, prometheus, load, within }: Trial, fault: Fault): Promise<Verdict> => {
  const { alert, about, also = {} } = fault
  const rule = alerts.find(({ name }) => name === alert)
  if (rule === undefined) throw new Error(`There is no alert called ${alert}.`)
  const lasts = within[rule.lasts]
  const latest = fault.shows + lasts + patience
  const others = new Set<string>()
  const fires = async (): Promise<boolean> => {
    const { firing } = await prometheus.look()
    for (const name of firing) if (name !== alert) others.add(name)
    return firing.has(alert)
  }
  load.become(fault.load ?? 'normal')
  const over = new AbortController()
  const began = performance.now()
  await fault.begin?.(installation)
  const meddling = fault.meddle?.(installation, over.signal)
  const fired = await until(fires, began, latest)
  over.abort()
  await meddling
  await fault.mend?.(installation)
  load.become('normal')
  const mended = performance.now()
  const cleared = await until(async () => !(await fires()), mended, clearsWithin)
  const isQuiet = await untilQuiet({ prometheus })
  await fires()
  const [followed, astray] = [true, false].map((may) => [...others].filter((name) => Object.hasOwn(also, name) === may))
  return {
    alert,
    about,
    lasts,
    latest,
    fired,
    cleared,
    followed: followed ?? [],
    astray: astray ?? [],
    sound: fired !== null && fired >= lasts && cleared !== null && astray?.length === 0 && isQuiet,
  }
}
