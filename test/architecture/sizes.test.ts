import path from 'node:path'
import { expect, test } from 'vitest'
import { files, textOf } from './sources.ts'

/** Sources of the project; of each its number of lines, none of those that were just removed. */
const sources = files
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }))
  .filter(({ lines }) => lines > 0)

/** Whoever reads a file keeps it in mind: what grows longer holds two ideas, and is two files. */
const mostLines = 300
const mostFiles = 20

test(`no file has more than ${mostLines} lines`, () => {
  expect(sources.length).toBeGreaterThan(500)
  const long = sources.filter(({ lines }) => lines > mostLines).map(({ file }) => file)
  expect(long).toEqual([])
})

test(`no folder has more than ${mostFiles} files`, () => {
  const folders = Map.groupBy(sources, ({ file }) => path.posix.dirname(file))
  const full = [...folders].filter(([, files]) => files.length > mostFiles).map(([folder]) => folder)
  expect(full).toEqual([])
})
