import { readFileSync } from 'node:fs'
import type { Configuration } from './configuration.ts'
import { findings } from './checks.ts'
import type { Environment } from './environment.ts'
import { ConfigurationError, formatPath } from './problems.ts'
import type { Path, Problem } from './problems.ts'
import { configurationFile } from './schema.ts'
import { readSource } from './source.ts'
import { codeOf } from '../../domain/shape.ts'

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    Object.values(Object.freeze(value)).forEach(freeze)
  return value
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = codeOf(error) ?? 'unreadable'
    const message =
      code === 'ENOENT'
        ? 'There is no such file. Name one with --config or NEXUS_CONFIG; docs/examples/nexus.yaml is one to start from.'
        : `The file cannot be read (${code}).`
    throw new ConfigurationError(file, [{ path: '', line: null, message }])
  }
}

/** Which file is read: the one asked for, else `NEXUS_CONFIG`, else `nexus.yaml` in the working directory. */
export const configurationPath = (file: string | undefined, env: Environment): string =>
  file ?? (env['NEXUS_CONFIG'] === undefined || env['NEXUS_CONFIG'] === '' ? 'nexus.yaml' : env['NEXUS_CONFIG'])

/**
 * Parses a configuration's text.
 *
 * @param file how the text is called in an error
 * @param env what its `${ENV}` references are filled in from
 * @throws ConfigurationError with every mistake at once, each with its path, line and remedy; no values in it
 */
export const parseConfiguration = (text: string, { file, env }: { file: string; env: Environment }): Configuration => {
  const source = readSource(text, env)
  const syntax = source.tree === undefined
  const parsed = configurationFile.safeParse(source.tree ?? {})
  const issues = (parsed.error?.issues ?? []).flatMap(
    ({ path, message, ...issue }): { path: Path; message: string }[] => {
      const at = path.map((part) => (typeof part === 'symbol' ? String(part) : part))
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : undefined
      const messages = message.split('\n')
      return (
        keys?.map((key, index) => ({ path: [...at, key], message: messages[index] ?? message })) ?? [
          { path: at, message },
        ]
      )
    },
  )
  const told = [...issues, ...findings(source.tree, source.isUnknown)]
    .filter(({ path }) => !source.isUnknown(path))
    .map(({ path, message }): Problem => ({ path: formatPath(path), line: source.lineOf(path), message }))
  const problems = [...source.problems, ...(syntax ? [] : told)].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  if (problems.length > 0 || !parsed.success) throw new ConfigurationError(file, problems)
  return freeze(parsed.data)
}

/**
 * Reads, checks and freezes the configuration.
 *
 * @param options.file its path; otherwise `NEXUS_CONFIG`, otherwise `nexus.yaml`
 * @param options.env the environment that it is read in, normally `process.env`
 * @throws ConfigurationError with every mistake at once
 */
export const loadConfiguration = ({ file, env }: { file?: string | undefined; env: Environment }): Configuration => {
  const path = configurationPath(file, env)
  return parseConfiguration(read(path), { file: path, env })
}
