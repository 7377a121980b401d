import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { printable } from '../../domain/texts/printable.ts'
import { agoText, sizeText, timeText } from '../../cli/terminal/readable.ts'
import { lockLines, stateLines } from '../../cli/terraform/state-answers.ts'
import { tableLines } from '../../cli/terminal/table.ts'

const now = new Date('2026-03-01T12:00:00Z')

test.each([
  { iso: '2026-03-01T11:59:30Z', text: 'just now' },
  { iso: '2026-03-01T11:59:00Z', text: '1 minute ago' },
  { iso: '2026-03-01T09:30:00Z', text: '2 hours ago' },
  { iso: '2026-02-27T12:00:00Z', text: '2 days ago' },
  { iso: '2026-03-01T12:00:05Z', text: 'just now' },
])('$iso was $text', ({ iso, text }) => {
  expect(agoText(iso, now)).toBe(text)
})

test('times, sizes, and texts of others', () => {
  expect(timeText('2026-03-01T09:05:59.123Z')).toBe('2026-03-01 09:05 UTC')
  expect([0, 1023, 1536, 20_480, 3_145_728].map(sizeText)).toEqual(['0 B', '1023 B', '1.5 KB', '20 KB', '3 MB'])
  expect(printable('a\u001B[2Jb\u202Ec\nd')).toBe('a\u{fffd}[2Jb\u{fffd}c\u{fffd}d')
})

describe('a table', () => {
  const columns = [
    { title: 'ID', cell: ({ id }: { id: string }) => id, whole: true as const },
    { title: 'NAME', cell: ({ name }: { name: string; id: string }) => name },
  ]
  const rows = [
    { id: 'NXKzP2hYdFqLrT1uVwBcEaGs', name: 'A name that is longer than there is room for' },
    { id: 'b', name: 'Short' },
  ]

  test('fits the terminal, and keeps whole what somebody would copy', () => {
    const lines = tableLines(columns, rows, 40)
    expect(lines).toEqual([
      'ID                        NAME',
      'NXKzP2hYdFqLrT1uVwBcEaGs  A name that i…',
      'b                         Short',
    ])
    expect(Math.max(...lines.map((line) => line.length))).toBe(40)
  })

  test('of a narrow terminal is wider than it rather than useless', () => {
    expect(tableLines(columns, rows, 10)[1]).toBe('NXKzP2hYdFqLrT1uVwBcEaGs  A n…')
  })

  test.each([
    { reason: 'Japanese', name: '請求書ポータル（本番環境）の名前' },
    { reason: 'an emoji', name: '🧾 Invoices 🧾 for everybody who pays' },
    { reason: 'accents that combine', name: 'e\u0301e\u0301e\u0301 Cafe\u0301 for everybody who pays' },
  ])('counts the cells of $reason, not the code points', ({ name }) => {
    const three = [...columns, { title: 'SYNC', cell: () => 'synced', whole: true as const }]
    const lines = tableLines(three, [...rows, { id: 'c', name }], 48)
    const places = lines.map((line) => stringWidth(line.slice(0, line.search(/(?:SYNC|synced)$/))))
    expect(new Set(places)).toEqual(new Set([42]))
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBe(48)
  })

  test('without a terminal is whole', () => {
    expect(tableLines(columns, rows, undefined)[1]).toContain('longer than there is room for')
  })
})

describe('a lock', () => {
  const lock = {
    id: 'l',
    operation: 'OperationTypeApply',
    who: 'ann@laptop',
    by: 'ci',
    since: '2026-03-01T09:30:00Z',
    abandoned: false,
  }
  const state = {
    name: 'main',
    own: true,
    version: 3,
    serial: 7,
    bytes: 2048,
    writtenAt: '2026-03-01T09:00:00Z',
    clients: 2,
    lock: null,
  }

  test('says who, since when and what for', () => {
    expect(lockLines('main', lock, now)).toEqual([
      'main is locked by ann@laptop (ci) since 2026-03-01 09:30 UTC, 2 hours ago, for: apply.',
    ])
  })

  test('stands below the list, and an abandoned one with the command that takes it away', () => {
    const states = [
      { ...state, lock: { ...lock, abandoned: true } },
      { ...state, name: 'new', version: null, serial: null, bytes: null, writtenAt: null, clients: 0 },
    ]
    expect(stateLines('acme', states, { now, width: undefined })).toEqual([
      'STATE  OWN  VERSION  SERIAL  CLIENTS  SIZE  WRITTEN      LOCKED BY',
      'main   yes  3        7       2        2 KB  3 hours ago  ann@laptop',
      'new    yes  -        -       0        -     -            -',
      '',
      'main is locked by ann@laptop (ci) since 2026-03-01 09:30 UTC, 2 hours ago, for: apply.',
      'It looks abandoned: it is older than an apply should take.',
      'If no apply is running, remove it: nexus state unlock acme main',
    ])
  })
})
