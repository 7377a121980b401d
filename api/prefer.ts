import type { ApiSettings } from './dependencies.ts'

/** How long a caller is willing to wait, and what of their preference was heeded (RFC 7240). */
export interface Patience {
  readonly ms: number
  /** For `Preference-Applied`; null where nothing was asked for. */
  readonly applied: string | null
}

/** One preference, with its parameters: `wait=10`, `wait="10"; x=y`, `respond-async`. */
const preference = /^\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s";,]*)))?\s*(?:;.*)?$/

/**
 * Reads `Prefer`. `wait=N` waits at most N seconds, `respond-async` not at all; together they mean "asynchronously
 * after N seconds". What cannot be read is no preference, as RFC 7240 wants it.
 */
export const patienceOf = (
  header: string | undefined,
  settings: Pick<ApiSettings, 'waitMs' | 'maximumWaitMs'>,
): Patience => {
  const asked = new Map<string, string>()
  for (const part of (header ?? '').split(',')) {
    const match = preference.exec(part)
    const name = match?.[1]?.toLowerCase()
    // The first of several counts.
    if (name !== undefined && !asked.has(name)) asked.set(name, match?.[2] ?? match?.[3] ?? '')
  }
  const wait = asked.get('wait')
  const maximum = Math.floor(settings.maximumWaitMs / 1000)
  const waitSeconds = wait !== undefined && /^\d{1,9}$/.test(wait) ? Math.min(Number(wait), maximum) : undefined
  const async = asked.get('respond-async') === ''
  const applied = [...(async ? ['respond-async'] : []), ...(waitSeconds === undefined ? [] : [`wait=${waitSeconds}`])]
  return {
    ms: waitSeconds === undefined ? (async ? 0 : settings.waitMs) : waitSeconds * 1000,
    applied: applied.length === 0 ? null : applied.join(', '),
  }
}
