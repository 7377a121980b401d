/** What a raw value of Auth0 is, asked without trusting it. */

export const isText = (raw: unknown): raw is string => typeof raw === 'string'

export const isRecord = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)

/** The object that it is, or an empty one. */
export const recordOf = (raw: unknown): Readonly<Record<string, unknown>> => (isRecord(raw) ? raw : {})

/** The texts of an array; null where it is none. */
export const textsOf = (raw: unknown): readonly string[] | null => (Array.isArray(raw) ? raw.filter(isText) : null)

/** Whether a text can be kept: PostgreSQL takes neither U+0000 nor half of a surrogate pair. */
export const isPlain = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed()

export const textOf = (raw: unknown): string | null => (isText(raw) ? raw : null)

/** The `code` of an error of Node, of a driver or of Fastify; undefined where it has none. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && isText(error.code) ? error.code : undefined
