import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvLine } from '../../../domain/texts/csv.ts'

/** Reads one line as RFC 4180 says. */
const cellsOf = (line: string): string[] => {
  const cells: string[] = []
  let rest = line.slice(0, -2)
  for (;;) {
    const [whole = '', quoted] = /^(?:"((?:[^"]|"")*)"|[^",\r\n]*)/.exec(rest) ?? []
    cells.push(quoted?.replaceAll('""', '"') ?? whole)
    if (rest[whole.length] !== ',') return cells
    rest = rest.slice(whole.length + 1)
  }
}

describe('a line of comma separated values', () => {
  test.each([
    { reason: 'texts and numbers as they are', cells: ['a', 1, 'b c'], line: 'a,1,b c' },
    { reason: 'nothing is empty', cells: [null, '', 0], line: ',,0' },
    { reason: 'commas, quotes and lines are quoted', cells: ['a,b', 'c"d', 'e\nf'], line: '"a,b","c""d","e\nf"' },
    { reason: 'a formula is none any more', cells: ['=1+1', '+1', '-1', '@SUM(A1)'], line: "'=1+1,'+1,'-1,'@SUM(A1)" },
    { reason: 'nor is one that is quoted', cells: ['=HYPERLINK("x","y")'], line: `"'=HYPERLINK(""x"",""y"")"` },
    { reason: 'nor one behind a tab, or in wide letters', cells: ['\t=1', '＝1'], line: "'\t=1,'＝1" },
    { reason: 'a number below 0 is a number', cells: [-1], line: '-1' },
  ])('$reason', ({ cells, line }) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`)
  })

  test('what is written is read back, whatever it is, and no cell can be a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (texts) => {
        const read = cellsOf(csvLine(texts))
        expect(read.map((cell, index) => (cell === texts[index] ? cell : cell.slice(1)))).toEqual(texts)
        expect(read.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([])
      }),
    )
  })
})
