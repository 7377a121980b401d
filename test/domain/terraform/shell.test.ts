import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoted, shell } from '../../../domain/terraform/shell.ts'

test.each([
  { reason: 'plain words stay as they are', words: ['terraform', 'state', 'rm'], line: 'terraform state rm' },
  {
    reason: 'with what addresses, files and users are made of',
    words: ['a.b_c/d:e@f-1', 'auth0_client.this'],
    line: 'a.b_c/d:e@f-1 auth0_client.this',
  },
  { reason: 'the key of an instance', words: ['rm', 'x["eu"]'], line: `rm 'x["eu"]'` },
  { reason: 'a space', words: ['a b'], line: "'a b'" },
  { reason: 'a quote', words: ["it's"], line: String.raw`'it'\''s'` },
  { reason: 'nothing is a word too', words: ['a', ''], line: "a ''" },
  { reason: 'what a shell would run', words: ['$(id)'], line: "'$(id)'" },
  { reason: 'only its beginning is plain', words: ['a;id'], line: "'a;id'" },
  { reason: 'only its end is plain', words: [';id'], line: "';id'" },
])('$reason', ({ words, line }) => {
  expect(shell(...words)).toBe(line)
})

test('a word in quotes is one word, also a plain one', () => {
  expect(quoted('auth0_client.this')).toBe("'auth0_client.this'")
})

test('law: a real shell reads the words back', () => {
  const word = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed().replaceAll('\u0000', ''))
  const words = fc.sample(
    fc.oneof(word, fc.constantFrom('a b', "'", '"', '$x', '`id`', '*', '\\', '~', '!', '-n')),
    500,
  )
  const printed = execFileSync('sh', ['-c', shell('printf', String.raw`%s\0`, ...words)], { encoding: 'utf8' })
  expect(printed.split('\u0000').slice(0, -1)).toEqual(words)
})
