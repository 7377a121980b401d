import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { greatestHeaders } from '../../domain/texts/lengths.ts'

const root = path.resolve(import.meta.dirname, '../..')
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const routes = globSync('api/**/*.ts', { cwd: root }).filter((file) => !file.startsWith('api/docs/openapi/'))

describe('every text from outside is measured', () => {
  /** Where a text needs no measure, and why. */
  const unmeasured: Readonly<Record<string, string>> = {
    'api/http/stored-answer.ts': 'what Nexus has written itself',
    'api/changes/answer-operation.ts': 'what Nexus has written itself',
    'api/routing/serve.ts': 'parameters of the path: the router measures them, and each is read by a schema of its own',
    'api/routing/answers.ts': 'of answers, which Nexus writes',
    'api/http/cursor.ts': 'part of a cursor, which was measured as a whole',
  }

  test('a schema of the API says how long its texts may be', () => {
    const plain = routes.filter((file) => /\bz\s*\.string\(\)/.test(textOf(file)))
    expect(plain.toSorted()).toEqual(Object.keys(unmeasured).toSorted())
  })

  /** The same of `domain/`. */
  const trusted: Readonly<Record<string, string>> = {
    'domain/texts/lengths.ts': 'the measure itself',
    'domain/access/grants.ts': 'of rows: it was measured before it was stored',
    'domain/vocabulary.ts': 'of rows: it was measured before it was stored',
    'domain/clients/left-out.ts': 'of rows, which Nexus writes',
    'domain/changes/tenant-report.ts': 'of answers, which Nexus writes',
    'domain/terraform/snapshot.ts': 'of answers, which Nexus writes',
  }

  test('a schema of domain/ too', () => {
    const plain = globSync('domain/**/*.ts', { cwd: root }).filter((file) =>
      /\bz\s*\.(?:string|url|email|uuid)\(\)/.test(textOf(file)),
    )
    expect(plain.toSorted()).toEqual(Object.keys(trusted).toSorted())
  })

  /** Headers that are read and not in the table, and why. */
  const unlisted: Readonly<Record<string, string>> = {
    'x-request-id': 'measured where it is read: one that is too long is replaced, not refused',
    traceparent: 'measured where it is read: one that is too long is none',
    tracestate: 'measured where it is read: one that is too long is none',
    'content-length': 'Node has read it as a number',
    'access-control-request-method': 'asked only whether it is there',
  }

  test('a header that is read stands in the table', () => {
    const read = routes.flatMap((file) =>
      [...textOf(file).matchAll(/(?<![-\w])headers(?:\.([a-z]+)\b(?! \?\?=)|\['([a-z-]+)'\])/g)].map(
        ([, dotted, quoted]) => ({
          file,
          name: dotted ?? quoted ?? '',
        }),
      ),
    )
    expect(read.map(({ name }) => name)).toEqual(expect.arrayContaining(['prefer', 'if-match', 'idempotency-key']))
    const known = new Set([...Object.keys(greatestHeaders), ...Object.keys(unlisted), ...ofAnswers])
    expect(read.filter(({ name }) => !known.has(name))).toEqual([])
  })
})

/** Of answers, which Nexus writes. */
const ofAnswers = ['etag', 'nexus-change', 'nexus-warning', 'location', 'vary']
