import { parseArgs } from 'node:util'
import { readCassettes } from './cassette.ts'
import { replay, type Outcome } from './replay.ts'

const help = `Replays recorded Auth0 Management API traffic about clients against the simulator.

usage: npm run conformance -- DIR

DIR is searched for cassettes (*.json) and its subdirectories too. Each is replayed in order against a fresh simulator
over http, and every answer is compared with the recorded one. Ids, secrets, dates and hosts may be others; where a
recorder dropped members from an answer, they are not compared. Prints the first difference of each cassette that
differs. Exits with 0 when all agree, 1 when some differ, 2 when DIR cannot be read.`

const counted = (reasons: readonly string[]): [string, number][] => [
  ...reasons.reduce((counts, reason) => counts.set(reason, (counts.get(reason) ?? 0) + 1), new Map<string, number>()),
]

const report = (name: string, outcomes: Outcome[]): void => {
  const differing = outcomes.filter((outcome) => outcome.kind === 'differs')
  const [first] = differing
  if (first === undefined) return
  const { path, expected, actual } = first.difference
  const more = differing.length > 1 ? ` (and ${differing.length - 1} more)` : ''
  console.log(`${name} #${first.sequence} ${first.request}: ${path} expected ${expected}, actual ${actual}${more}`)
}

const run = async (directory: string): Promise<number> => {
  const all: Outcome[] = []
  for (const cassette of await readCassettes(directory)) {
    const outcomes = await replay(cassette)
    report(cassette.name, outcomes)
    all.push(...outcomes)
  }
  const leftOut = all.filter((outcome) => outcome.kind === 'left out')
  const notes = all.flatMap((outcome) =>
    outcome.kind === 'agrees' && outcome.note !== undefined ? [outcome.note] : [],
  )
  for (const [reason, count] of counted(leftOut.map(({ reason }) => reason)))
    console.log(`left out: ${count}, ${reason}`)
  for (const [note, count] of counted(notes)) console.log(`compared in part: ${count}, ${note}`)
  const agreeing = all.filter((outcome) => outcome.kind === 'agrees').length
  const compared = all.length - leftOut.length
  console.log(`conformance: ${agreeing} of ${compared} interactions agree`)
  return agreeing === compared ? 0 : 1
}

const main = async (): Promise<number> => {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    if (values.help === true) {
      console.log(help)
      return 0
    }
    const [directory] = positionals
    if (directory === undefined || positionals.length > 1)
      throw new Error('name one directory: npm run conformance -- DIR')
    return await run(directory)
  } catch (error) {
    console.error(`conformance: ${error instanceof Error ? error.message : String(error)}`)
    return 2
  }
}

process.exitCode = await main()
