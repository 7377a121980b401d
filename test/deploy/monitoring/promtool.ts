import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { durations } from '../../../deploy/monitoring/durations.ts'
import { findProgram } from '../programs.ts'

export const promtool = findProgram('promtool', 'apt-get install prometheus')

/** What an expression must come to at a moment. */
export interface Expected {
  readonly expr: string
  readonly atSeconds: number
  readonly samples: readonly { readonly labels: string; readonly value: number }[]
}

/** @returns what promtool prints @throws Error with that where it is not content */
export const runPromtool = async (...parameters: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(promtool ?? '', parameters).catch((error: unknown) => {
    throw new Error(String(Object(error).stdout) + String(Object(error).stderr))
  })
  return stdout
}

/** Tries expressions on series. @param folder for the file that promtool reads */
export const unitTest = async (
  folder: string,
  {
    rules = [],
    series,
    expected,
  }: {
    /** Files of rules that are at work meanwhile. */
    readonly rules?: readonly string[]
    readonly series: Iterable<readonly [name: string, values: string]>
    readonly expected: readonly Expected[]
  },
): Promise<string> => {
  const file = path.join(folder, `${crypto.randomUUID()}.yaml`)
  const every = `${durations.scrape}s`
  const document = {
    rule_files: rules,
    evaluation_interval: every,
    tests: [
      {
        interval: every,
        input_series: Array.from(series, ([name, values]) => ({ series: name, values })),
        promql_expr_test: expected.map(({ expr, atSeconds, samples }) => ({
          expr,
          eval_time: `${atSeconds}s`,
          exp_samples: samples,
        })),
      },
    ],
  }
  await writeFile(file, stringify(document, { lineWidth: 0 }))
  return await runPromtool('test', 'rules', file)
}
