import { InvalidArgumentError, Option } from 'commander'

/** `--config FILE`, for every command that needs the configuration. */
export const configOption = (): Option =>
  new Option('-c, --config <file>', 'configuration file (also: NEXUS_CONFIG; otherwise nexus.yaml)')

/** `--json`, for every command whose answer a pipeline would read. */
export const jsonOption = (what: string): Option => new Option('--json', what)

/** Parses a whole number within bounds. */
export const wholeNumber =
  (least: number, most: number) =>
  (raw: string): number => {
    const value = /^-?\d+$/.test(raw) ? Number(raw) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }

/** For options that may be given several times. */
export const collect = (raw: string, before: readonly string[] = []): readonly string[] => [...before, raw]

/** Writes a line to standard output. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** Writes an answer for a pipeline: JSON on one line. */
export const printJson = (answer: unknown): void => print(JSON.stringify(answer))
