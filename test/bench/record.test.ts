import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { begin, readRecords, record } from '../../bench/record.ts'

const row = (value: number) => ({ name: 'any', value, unit: 'ms', goal: { most: 5 } })

let directory: string
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'nexus-record-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

test('a bench takes the place of its earlier run, and leaves those of others', () => {
  const file = path.join(directory, 'figures.json')
  record(file, 'one', { ...begin('of one'), rows: [row(1)] })
  record(file, 'other', { ...begin('of another'), rows: [{ note: 'left out: no Redis was found' }] })
  record(file, 'one', { ...begin('of one'), rows: [row(2)] })
  const records = readRecords(file)
  expect(Object.keys(records)).toEqual(['one', 'other'])
  expect(records['one']?.rows).toEqual([row(2)])
  expect(records['one']?.machine.versions['node']).toBe(process.versions.node)
})

test('what is no file of figures is refused', () => {
  const file = path.join(directory, 'other.json')
  writeFileSync(file, '{"one": {"rows": []}}')
  expect(() => readRecords(file)).toThrow('about')
})
