export interface WaitSettings {
  /** How long a PATCH waits for Auth0 where the caller does not say, and the most that a caller may ask for. Milliseconds. */
  readonly waitMs: number
  readonly maximumWaitMs: number
}

/** How long a caller is willing to wait, and what of their preference was heeded (RFC 7240). */
export interface WaitPreference {
  readonly ms: number
  /** For `Preference-Applied`; null where nothing was asked for. */
  readonly applied: string | null
}

const token = /^[\w!#$%&'*+.^`|~-]+/
const bareValue = /^[^\s";,]*/

/**
 * One preference, whose parameters are left aside: `wait=10`, `wait="10"; x=y`, `respond-async`. Undefined for what is
 * none. Read from left to right, so that no part of it is looked at twice.
 */
const preferenceIn = (part: string): { readonly name: string; readonly value: string } | undefined => {
  const text = part.trim()
  const name = token.exec(text)?.[0]
  if (name === undefined) return undefined
  const { value, rest } = valueIn(text.slice(name.length).trimStart())
  return rest === '' || rest.startsWith(';') ? { name: name.toLowerCase(), value } : undefined
}

/** What follows `=`, and what follows that. */
const valueIn = (text: string): { readonly value: string; readonly rest: string } => {
  if (!text.startsWith('=')) return { value: '', rest: text }
  const given = text.slice(1).trimStart()
  const end = given.startsWith('"') ? given.indexOf('"', 1) : -1
  if (end > 0) return { value: given.slice(1, end), rest: given.slice(end + 1).trimStart() }
  const value = bareValue.exec(given)?.[0] ?? ''
  return { value, rest: given.slice(value.length).trimStart() }
}

/**
 * Reads `Prefer`. `wait=N` waits at most N seconds, `respond-async` not at all; together they mean "asynchronously
 * after N seconds". What cannot be read is no preference, as RFC 7240 wants it.
 */
export const waitPreferenceOf = (header: string | undefined, settings: WaitSettings): WaitPreference => {
  const asked = new Map<string, string>()
  for (const part of (header ?? '').split(',')) {
    const found = preferenceIn(part)
    // The first of several counts.
    if (found !== undefined && !asked.has(found.name)) asked.set(found.name, found.value)
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
