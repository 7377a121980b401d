import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

/** Sources of the project, those that are new included; of each its number of lines, none where it was just removed. */
const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
  .split('\n')
  .flatMap((file) => {
    try {
      return file === '' ? [] : [{ file, lines: readFileSync(path.join(root, file), 'utf8').split('\n').length - 1 }]
    } catch {
      return []
    }
  })

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
