// The named formats of Auth0's client schema. Names: "callback-url", "absolute-uri-or-empty" and
// "absolute-https-uri-with-placeholders-or-empty" stand in published error messages; "origin-url" and "logout-url" are ours.

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/
const dangerous = /^(javascript|data|vbscript):/i

/** `*` and `{organization_name}` are allowed (documented); a port or a label stands in for them while parsing. */
const withoutPlaceholders = (text: string): string => text.replaceAll(':*', ':1').replaceAll(/\{[a-z_]+\}|\*/g, 'x')

const parse = (text: string): URL | undefined => {
  try {
    return new URL(withoutPlaceholders(text))
  } catch {
    return undefined
  }
}

const absolute = (text: string): boolean =>
  scheme.test(text) && !/\s/.test(text) && !dangerous.test(text) && parse(text) !== undefined

const httpsOrEmpty = (text: string): boolean =>
  text === '' || (absolute(text) && parse(text)?.protocol === 'https:' && !text.includes('#'))

/** Format name → whether a text passes. */
export const formats = {
  // Exports of tenants hold fragments with schemes of an application's own.
  'callback-url': (text: string) => absolute(text) && !(/^https?:/i.test(text) && text.includes('#')),
  'logout-url': absolute,
  'origin-url': absolute,
  'absolute-uri-or-empty': (text: string) => text === '' || absolute(text),
  'absolute-https-uri-with-placeholders-or-empty': httpsOrEmpty,
  'date-time': (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
} satisfies Record<string, (text: string) => boolean>

export type Format = keyof typeof formats
