import { describe, expect, test } from 'vitest'
import { commandsIn } from './commands.ts'
import { filled, valuesIn } from './page.ts'

const page = (block: string, language = 'sh'): string => `Text.\n\n\`\`\`${language}\n${block}\n\`\`\`\n\nMore.\n`

describe('the commands of a page', () => {
  test.each([
    { reason: 'one a line, without comments', block: '# first\na\n\nb # why', commands: ['a', 'b # why'] },
    { reason: 'continued lines belong together', block: 'a \\\n  -b\nc', commands: ['a \\\n  -b', 'c'] },
    { reason: 'so does a text over several lines', block: "a '{\n  b\n}'\nc", commands: ["a '{\n  b\n}'", 'c'] },
    {
      reason: 'and a document, with what looks like a comment',
      block: 'a <<E\n# b\nE\nc',
      commands: ['a <<E\n# b\nE', 'c'],
    },
    { reason: 'a block that ends the shell is a script', block: 'a\nexit 3', commands: ['(\na\nexit 3\n)'] },
  ])('$reason', ({ block, commands }) => {
    expect(commandsIn(page(block)).map(({ text }) => text)).toEqual(commands)
  })

  test('stand in blocks of a list too, and in no block of another language', () => {
    const list = '1. First:\n\n   ```bash\n   a <<E\n   b\n   E\n   ```\n'
    expect(commandsIn(list + page('c', 'console')).map(({ text }) => text)).toEqual(['a <<E\nb\nE'])
  })

  test('are counted by their lines', () => {
    expect(commandsIn(page('# no\na \\\n  -b\n\nc')).map(({ lines }) => lines)).toEqual([2, 1])
  })

  test('that no shell would run are an error', () => {
    expect(() => commandsIn(page("a 'b"))).toThrow('No shell runs this to its end')
  })
})

test('a reader fills in what is known, and nothing else', () => {
  const command = "export A='…' B='…' C=…; curl https://there"
  expect(filled(command, { A: '1', C: '3' }, [['https://there', 'http://here']])).toBe(
    "export A='1' B='…' C=…; curl http://here",
  )
})

test.each([
  { output: 'HTTP/1.1 200 OK\nETag: "4u2kq"\n', values: { ETAG: '"4u2kq"' } },
  {
    output: 'password      nxs_1\npasswordHash  hmac$1\n',
    values: { NEXUS_PASSWORD: 'nxs_1', NEXUS_ADMIN_PASSWORD_HASH: 'hmac$1' },
  },
  { output: 'nxs_2\n', values: { NEXUS_PASSWORD: 'nxs_2' } },
  { output: 'token   nxa_1\nsha256  aa\n', values: { NEXUS_PORTAL_TOKEN_SHA256: 'aa' } },
])('a reader takes from one output to the next command: $output', ({ output, values }) => {
  expect(valuesIn(output)).toEqual(values)
})
