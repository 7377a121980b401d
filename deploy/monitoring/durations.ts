/**
 * How long something must last before somebody is told, and over how long rates are taken: all durations of the alerts, in
 * seconds.
 */
export const durations = {
  /** Between two looks of Prometheus at a process, and at its rules. */
  scrape: 15,
  /** Rates are taken over so long: twenty looks, so that one that is missing changes little. */
  rate: 300,
  /** For what every caller notices at once. */
  outage: 120,
  /** For what callers notice, and a restart or a failover may cause for a moment. */
  trouble: 300,
  /** For what gets worse slowly. */
  decline: 900,
  /** How old the oldest change may become that nothing is known to hold back. */
  lag: 600,
  /** For what somebody may be doing on purpose. */
  leftAlone: 3600,
  /** For what somebody has decided and may have forgotten. */
  forgotten: 86_400,
} as const

export type Duration = keyof typeof durations
export type Durations = Readonly<Record<Duration, number>>

/** More often than once a second a process has no time for, least of all one that something is wrong with. */
const shortestScrape = 1

/** The same for who cannot wait for so long: every one of them is shorter by a factor. */
export const hurried = (factor: number): Durations => {
  const shorter = Object.fromEntries(Object.entries(durations).map(([name, seconds]) => [name, seconds / factor]))
  return { ...durations, ...shorter, scrape: Math.max(shortestScrape, durations.scrape / factor) }
}

/** A duration as Prometheus writes it. */
export const told = (seconds: number): string =>
  Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`
