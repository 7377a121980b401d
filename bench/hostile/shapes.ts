import { randomBytes } from 'node:crypto'

/** Inputs of a size that hurt what is not linear: repeats, nearly matching ends, nesting, long numbers, many members. */

export interface Shape<T> {
  readonly name: string
  /** @param size characters of a text, bytes of a body: never more */
  readonly of: (size: number) => T
}

const filled =
  (piece: string, end = '') =>
  (size: number): string =>
    piece.repeat(Math.max(0, Math.floor((size - end.length) / piece.length))) + end.slice(0, size)

const led =
  (start: string, piece: string, end = '') =>
  (size: number): string =>
    (start + filled(piece)(Math.max(0, size - start.length - end.length)) + end).slice(0, size)

/** Texts for fields, parameters and headers. Every one can stand in a header. */
export const texts: readonly Shape<string>[] = [
  { name: 'one letter', of: filled('a') },
  { name: 'letters with an ill end', of: filled('a', '!') },
  { name: 'scheme without end', of: led('a://', 'x', '/\ty,b://c') },
  { name: 'schemes', of: filled('a://,') },
  { name: 'commas and a scheme', of: filled(',a', '://') },
  { name: 'commas and spaces', of: led('a', ', ', '\tb://') },
  { name: 'white space in the middle', of: led('a=', ' ', ',') },
  { name: 'slashes', of: filled('/', 'x') },
  { name: 'labels of a host', of: led('https://', 'a.', '*') },
  { name: 'wildcards', of: led('https://', '*') },
  { name: 'quotes', of: filled('"a') },
  { name: 'quotes and backslashes', of: led('"', '\\"') },
  { name: 'tags', of: filled('W/"a", ') },
  { name: 'preferences', of: filled('wait=1;a, ') },
  { name: 'digits', of: filled('1') },
  { name: 'digits with an ill end', of: led('2026-01-01T00:00:00.', '1', 'Q') },
  { name: 'addresses', of: filled('10.0.0.1, ') },
  { name: 'percent signs', of: filled('%25') },
  { name: 'ampersands', of: filled('a&') },
  { name: 'brackets', of: filled('[') },
  {
    name: 'base64 of brackets',
    of: (size) =>
      Buffer.from('['.repeat(Math.floor(size * 0.75)))
        .toString('base64url')
        .slice(0, size),
  },
]

const around =
  (start: string, piece: (at: number) => string, end: string) =>
  (size: number): string => {
    const pieces: string[] = []
    for (let length = start.length + end.length, at = 0; ; at += 1) {
      const next = piece(at)
      length += next.length + 1
      if (length > size) return `${start}${pieces.join(',')}${end}`
      pieces.push(next)
    }
  }

const random = (size: number): string =>
  randomBytes(Math.ceil(size * 0.75))
    .toString('base64')
    .slice(0, size)

/** Bodies that are no client, no list and no state, but JSON or nearly so. */
export const bodies: readonly Shape<string>[] = [
  { name: 'brackets', of: filled('[') },
  { name: 'nesting', of: (size) => '{"a":'.repeat(Math.floor(size / 6)) + '1' + '}'.repeat(Math.floor(size / 6)) },
  { name: 'a long number', of: led('{"a":', '1', '}') },
  { name: 'a long fraction', of: led('{"a":0.', '9', 'e-9}') },
  { name: 'many members', of: around('{', (at) => `"k${at}":0`, '}') },
  { name: 'one member many times', of: around('{', () => '"a":0', '}') },
  { name: 'many elements', of: around('[', () => '0', ']') },
  { name: 'many objects', of: around('[', () => '{}', ']') },
  { name: 'many objects of their own', of: around('[', (at) => `{"k${at}":0}`, ']') },
  { name: 'a text without end', of: led('{"a":"', 'a') },
  { name: 'a text of escapes', of: led('{"a":"', String.raw`\u0061`, '"}') },
  { name: 'white space', of: led('{"a":1', ' ', 'x') },
  { name: 'a long name', of: led('{"', 'a', '":1}') },
]

/** Changes of many clients. */
export const lists: readonly Shape<string>[] = [
  {
    name: 'changes of a thousand clients',
    of: (size) => {
      const url = (at: number): string =>
        `https://a.test/${String(at).padStart(4, '0')}${'x'.repeat(Math.max(0, Math.floor(size / 1000) - 90))}`
      return JSON.stringify(
        Array.from({ length: 1000 }, (_, at) => ({ id: `c${at}`, patch: { callbackUrls: [url(at)] } })),
      )
    },
  },
  {
    name: 'a change with schemes',
    of: (size) =>
      JSON.stringify(
        Array.from({ length: 20 }, (_, at) => ({
          id: `c${at}`,
          patch: {
            callbackUrls: Array.from({ length: 2 }, () => 'a://,'.repeat(Math.floor(Math.min(size / 45, 128_000) / 5))),
          },
        })),
      ),
  },
  {
    name: 'changes with many mistakes',
    of: around(
      '[',
      (at) => `{"id":"c${at % 1000}${'x'.repeat(at < 1000 ? 0 : 1)}","patch":{"k1":1,"k2":2,"owners":[1,2,3]}}`,
      ']',
    ),
  },
  { name: 'one client many times', of: around('[', () => '{"id":"a","patch":{}}', ']') },
]

const resource = (at: number): string =>
  `{"mode":"managed","type":"auth0_client","name":"c${at}","provider":"p","instances":[{"schema_version":0,"attributes":{"client_id":"c${at}","name":"n"}}]}`
const head = '{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"bench"'

/** Terraform states. */
export const states: readonly Shape<string>[] = [
  { name: 'a state of many clients', of: around(`${head},"resources":[`, resource, ']}') },
  {
    name: 'a state of many instances',
    of: around(
      `${head},"resources":[{"mode":"managed","type":"auth0_client","name":"a","instances":[`,
      (at) => `{"index_key":${at},"attributes":{"client_id":"c${at}"}}`,
      ']}]}',
    ),
  },
  {
    name: 'a state of other resources',
    of: around(
      `${head},"resources":[`,
      (at) => `{"mode":"managed","type":"auth0_role","name":"r${at}","instances":[{}]}`,
      ']}',
    ),
  },
  { name: 'a state of secrets', of: (size) => `${head},"resources":[],"outputs":{"a":"${random(size - 120)}"}}` },
  { name: 'a state of small values', of: around(`${head},"resources":[],"outputs":[`, () => '0.5', ']}') },
  { name: 'a state with many mistakes', of: around(`${head},"resources":[`, () => '{"mode":1}', ']}') },
]
