import fc from 'fast-check'

/** Inputs that nobody foresaw, for tests that send them. */

/** Texts that have been mistakes somewhere: of databases, dates, numbers, addresses, objects. */
export const oddTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  '\u202e',
  '\ufeff',
  '0',
  '-1',
  '1e309',
  'NaN',
  'Infinity',
  '2147483648',
  '9223372036854775807',
  '9223372036854775808',
  '99999999999999999999999999',
  '0.1',
  '0x10',
  '0000-01-01T00:00:00Z',
  '9999-99-99T99:99:99.999999Z_1',
  '9999-12-31T23:59:59.999999Z_999999999999999',
  '2026-02-30T00:00:00Z',
  '2026-01-31T08:00:00+23:59',
  '-271821-04-20T00:00:00.000Z',
  'infinity',
  '..',
  '../../x',
  '%00',
  '%',
  "'; drop table nexus.clients; --",
  '{}',
  '[]',
  'null',
  'true',
  '*',
  '"',
  '\\',
  '__proto__',
  'constructor',
  'toString',
  '00000000-0000-0000-0000-000000000000',
  'bnVsbA',
  Buffer.from('["x",1,"a"]').toString('base64url'),
  Buffer.from('["x","\\ud800","a"]').toString('base64url'),
  'x'.repeat(300),
  '😀'.repeat(200),
  'javascript:alert(1)',
  'https://[::1',
  'https://a.example.com/\ud800',
  'https://*.*.example.com',
] as const

/** One of them, or any other text. */
export const odd = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(...oddTexts),
  },
)
const oddNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, 2 ** 31, 2 ** 53, 2 ** 63, 1e21, -1))
const oddJson: fc.Arbitrary<unknown> = fc.oneof(
  odd,
  oddNumber,
  fc.constantFrom(null, true, false, [], {}, [[]], [null], [{}]),
  fc.array(odd, { maxLength: 5 }),
  fc.dictionary(odd, odd, { maxKeys: 3 }),
)

/** A value with something odd in the place of one of its parts, beside one, or without one. */
export const mutated = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value !== 'object' || value === null) return fc.oneof(fc.constant(value), oddJson)
  const entries = Object.entries(value)
  const build = (parts: readonly (readonly [string, unknown])[]): unknown =>
    Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts)
  const one = fc.nat({ max: Math.max(0, entries.length - 1) }).chain((place) => {
    const [name, part] = entries[place] ?? ['', null]
    return mutated(part).map((other) => build(entries.with(place, [name, other])))
  })
  return fc.oneof(
    { weight: 6, arbitrary: entries.length === 0 ? oddJson : one },
    { weight: 1, arbitrary: fc.nat({ max: entries.length }).map((place) => build(entries.toSpliced(place, 1))) },
    { weight: 1, arbitrary: fc.tuple(odd, oddJson).map(([name, more]) => build([...entries, [name, more]])) },
    { weight: 1, arbitrary: oddJson },
  )
}

/** A body: an example that was changed in a place or two, the same with numbers that JavaScript has not, or anything. */
export const bodyOf = (example: unknown): fc.Arbitrary<Buffer> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .oneof(fc.constant(example), mutated(example), mutated(example).chain(mutated))
        .map((value) => Buffer.from(JSON.stringify(value) ?? '')),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(mutated(example), fc.constantFrom('1e309', '-0', '123456789012345678901234567890', '1E400', '"\\ud800"'))
        .map(([value, raw]) =>
          Buffer.from((JSON.stringify(value) ?? '').replace(/(?<=[:[,])(?:null|\d+|"[^"\\]*")/, raw)),
        ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '{', '[', '"', '{"a":', '\ufeff{}', '[[[[]]]]').map((raw) => Buffer.from(raw)),
    },
  )

/** As it can stand in a header: bytes, without those that end it. */
export const inHeader = (value: string): string => Buffer.from(value.replaceAll(/\p{Cc}/gu, '')).toString('latin1')

/** Percent-encoded, also what is no text. */
export const encoded = (value: string): string =>
  value.isWellFormed()
    ? encodeURIComponent(value)
    : value === '\ud800'
      ? '%ED%A0%80'
      : encodeURIComponent(value.toWellFormed())
