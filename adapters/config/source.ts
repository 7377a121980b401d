import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { YAMLError } from 'yaml'
import { substitute } from './environment.ts'
import type { Environment } from './environment.ts'
import { formatPath } from './problems.ts'
import type { Path, Problem } from './problems.ts'

/** What a configuration file says, references filled in, with what went wrong on the way. */
export interface Source {
  readonly tree: unknown
  readonly problems: readonly Problem[]
  /** The line of the nearest thing that the file names on the way to `path`. */
  readonly lineOf: (path: Path) => number | null
  /** Whether the value is unknown because of a mistake that is named already. */
  readonly isUnknown: (path: Path) => boolean
}

// The library's own texts quote the line they are about, and that line may hold a secret: so these stand instead.
const syntaxTexts: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'This key stands here twice; keep one.',
  BAD_ALIAS: 'A value that starts with * must be in quotes, as in tenants: "*".',
  BAD_SCALAR_START: 'A value cannot start with this character; put it in quotes.',
  BAD_DQ_ESCAPE: 'This is no valid escape in double quotes; use single quotes, or write \\\\ for a backslash.',
  BAD_INDENT: 'The indentation does not fit the lines around it.',
  TAB_AS_INDENT: 'Indent with spaces; YAML allows no tabs there.',
  MISSING_CHAR: 'A character is missing: a closing quote or bracket, or the space after a colon or comma.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line and be followed by a colon.',
  BLOCK_AS_IMPLICIT_KEY: 'Two keys stand on one line; put the second on a line of its own, or quote the value.',
  MULTIPLE_DOCS: 'The file may hold one document; remove the --- that starts the second.',
  UNEXPECTED_TOKEN: 'This is not valid YAML. A ${reference} inside { } or [ ] must be in quotes.',
  TAG_RESOLVE_FAILED: 'YAML tags (!name) are not used here; remove it, or put the value in quotes.',
}

/** Each duplicate key, and of everything else the first: what comes after it is its echo. */
const syntaxProblems = (errors: readonly YAMLError[], lines: LineCounter): Problem[] => {
  const echoes = (code: YAMLError['code'], index: number): boolean =>
    code !== 'DUPLICATE_KEY' && errors.slice(0, index).some((earlier) => earlier.code === code)
  return errors
    .filter(({ code }, index) => !echoes(code, index))
    .map(({ code, pos }) => ({
      path: '',
      line: lines.linePos(pos[0]).line,
      message: syntaxTexts[code] ?? `This is not valid YAML (${code}).`,
    }))
}

/**
 * Reads a configuration's text: YAML, with `${ENV}` references in its values filled in from `env`. A key without a
 * value counts as absent, and so does one whose reference comes to nothing. Never throws: mistakes of syntax and missing
 * variables are in `problems`.
 */
export const readSource = (text: string, env: Environment): Source => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const problems = syntaxProblems([...document.errors, ...document.warnings], lines)
  const lineAt = new Map<string, number>()
  const unknown = new Set<string>()

  const note = (path: Path, offset: number | undefined): void => {
    if (offset !== undefined) lineAt.set(JSON.stringify(path), lines.linePos(offset).line)
  }
  const report = (path: Path, message: string): void => {
    unknown.add(JSON.stringify(path))
    problems.push({ path: formatPath(path), line: lineAt.get(JSON.stringify(path)) ?? null, message })
  }
  const entry = (key: unknown, value: unknown, path: Path): [string, unknown][] => {
    const here = [...path, isScalar(key) ? String(key.value) : '?']
    note(here, isScalar(key) ? key.range?.[0] : undefined)
    const plain = read(value, here)
    return plain === null ? [] : [[String(here.at(-1)), plain]]
  }
  const read = (node: unknown, path: Path): unknown => {
    if (isMap(node)) return Object.fromEntries(node.items.flatMap(({ key, value }) => entry(key, value, path)))
    if (isSeq(node))
      return node.items.map((item, index) => {
        const here = [...path, index]
        note(here, isScalar(item) || isMap(item) || isSeq(item) ? item.range?.[0] : undefined)
        return read(item, here)
      })
    if (isAlias(node)) {
      report(path, 'Anchors and aliases (&name, *name) are not used here; write the value out, or quote it.')
      return null
    }
    if (!isScalar(node) || typeof node.value !== 'string') return isScalar(node) ? node.value : null
    const { value, mistakes } = substitute(node.value, env)
    for (const mistake of mistakes) report(path, mistake)
    // `${NAME:-}` is how a file says "only where NAME is set".
    return value === '' && node.value !== '' && mistakes.length === 0 ? null : value
  }

  const tree = document.errors.length === 0 ? read(document.contents, []) : undefined
  return {
    tree,
    problems,
    lineOf: (path) => {
      for (let length = path.length; length > 0; length--) {
        const line = lineAt.get(JSON.stringify(path.slice(0, length)))
        if (line !== undefined) return line
      }
      return null
    },
    isUnknown: (path) => path.some((_, index) => unknown.has(JSON.stringify(path.slice(0, index + 1)))),
  }
}
