import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { Machine, thisMachine } from './machine.ts'
import { Rows } from './report.ts'
import type { Row } from './report.ts'

/** Of each bench the rows of its newest run, with when and on what they were measured. */
const Records = z.record(
  z.string(),
  z.strictObject({ about: z.string(), date: z.iso.datetime(), machine: Machine, rows: Rows }),
)
type Records = z.infer<typeof Records>

/** What a file of `npm run bench -- --json FILE` holds. @throws where it holds anything else */
const readRecords = (file: string): Records => Records.parse(JSON.parse(readFileSync(file, 'utf8')))

/** Puts the rows of a bench into a file, in the place of those of an earlier run; what other benches left there stays. */
export const record = (file: string, name: string, about: string, rows: readonly Row[]): void => {
  const before = existsSync(file) ? readRecords(file) : {}
  const records: Records = {
    ...before,
    [name]: { about, date: new Date().toISOString(), machine: thisMachine(), rows: [...rows] },
  }
  writeFileSync(file, `${JSON.stringify(records, null, 2)}\n`)
}
