import { describe, expect, test } from 'vitest'
import { containing, least, parse, problemsOf } from './support.ts'

const withSecret = (written: string): string => least.replace('hush', () => `'${written}'`)
const secretOf = (written: string, env: Record<string, string> = {}) =>
  parse(withSecret(written), env).tenants[0]?.credential.clientSecret

describe('references to the environment', () => {
  test.each([
    { reason: 'the variable', written: '${S}', env: { S: 'x' }, value: 'x' },
    { reason: 'within a text', written: 'a-${S}-b', env: { S: 'x' }, value: 'a-x-b' },
    { reason: 'what a variable holds is no YAML', written: '${S}', env: { S: 'x: #"\'' }, value: 'x: #"\'' },
    { reason: 'and not read for references', written: '${S}', env: { S: '${T}', T: 'x' }, value: '${T}' },
    { reason: 'the default where it is not set', written: '${S:-d:-e}', env: {}, value: 'd:-e' },
    { reason: 'the default where it is empty', written: '${S:-d}', env: { S: '' }, value: 'd' },
    { reason: 'not the default where it is set', written: '${S:-d}', env: { S: 'x' }, value: 'x' },
    { reason: 'written literally', written: 'a$${S}b', env: { S: 'x' }, value: 'a${S}b' },
    { reason: 'a dollar alone is a dollar', written: 'a$b$$c', env: {}, value: 'a$b$$c' },
  ])('$reason', ({ written, env, value }) => {
    expect(secretOf(written, env)).toBe(value)
  })

  test.each([
    { reason: 'not set', written: '${S}', env: {}, says: 'S is not set' },
    { reason: 'empty', written: '${S}', env: { S: '' }, says: 'S is empty' },
    { reason: 'no name', written: '${}', env: {}, says: 'A reference is written' },
    { reason: 'not closed', written: '${S', env: { S: 'x' }, says: 'A reference is written' },
    { reason: "another shell's operator", written: '${S:?no}', env: { S: 'x' }, says: 'A reference is written' },
  ])('a mistake: $reason', ({ written, env, says }) => {
    expect(problemsOf(withSecret(written), env)).toMatchObject([
      { path: 'tenants[0].credential.clientSecret', line: 5, message: containing(says) },
    ])
  })

  test('numbers and flags can come from them', () => {
    const text = `server: { port: "\${P}" }\n${least}    allowInsecure: \${I:-true}`
    const { server, tenants } = parse(text, { P: '80' })
    expect([server.port, tenants[0]?.allowInsecure]).toEqual([80, true])
  })

  test('a whole value that comes to nothing is absent', () => {
    expect(parse(`redis: { url: "\${R:-}" }\n${least}`).redis).toBeNull()
  })
})
