import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { Machine, thisMachine } from './machine.ts'
import { Rows } from './report.ts'

/** What a run of a bench has found, with when and on what it was measured. */
const BenchRecord = z.strictObject({ about: z.string(), date: z.iso.datetime(), machine: Machine, rows: Rows })
export type BenchRecord = z.infer<typeof BenchRecord>

/** The newest run of each bench. */
const Records = z.record(z.string(), BenchRecord)
type Records = z.infer<typeof Records>

/** What a file of `npm run bench -- --json FILE` holds. @throws where it holds anything else */
export const readRecords = (file: string): Records => Records.parse(JSON.parse(readFileSync(file, 'utf8')))

/** A bench that begins now, with what it finds the machine in. */
export const begin = (about: string): Omit<BenchRecord, 'rows'> => ({
  about,
  date: new Date().toISOString(),
  machine: thisMachine(),
})

/** Puts a bench into a file, in the place of an earlier run of it; what other benches left there stays. */
export const record = (file: string, name: string, bench: BenchRecord): void => {
  const before = existsSync(file) ? readRecords(file) : {}
  writeFileSync(file, `${JSON.stringify({ ...before, [name]: bench }, null, 2)}\n`)
}
