/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>

// `$${` is a literal `${`; otherwise a reference up to its brace, or to the end of the text where the brace is missing.
const reference = /\$\$\{|\$\{(?<inside>[^}]*)(?<end>\}?)/g
const named = /^(?<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?<fallback>[^]*))?$/

/**
 * Fills in `${NAME}` and `${NAME:-default}` (the default also where the variable is empty, as in a shell). What a
 * variable holds is taken as it is: it is not read for references again, and cannot become YAML.
 *
 * @returns the text, and a sentence with the remedy for each reference that cannot be filled in
 */
export const substitute = (text: string, env: Environment): { value: string; mistakes: string[] } => {
  const mistakes: string[] = []
  const value = text.replaceAll(reference, (match: string, inside: string | undefined, end: string | undefined) => {
    if (inside === undefined) return '${'
    const groups = end === '}' ? named.exec(inside)?.groups : undefined
    if (groups === undefined) {
      mistakes.push('A reference is written ${NAME} or ${NAME:-default}; for the characters ${ themselves write $${.')
      return match
    }
    const { name = '', fallback } = groups
    const found = env[name]
    if (found !== undefined && found !== '') return found
    if (fallback !== undefined) return fallback
    mistakes.push(
      `The environment variable ${name} is ${found === undefined ? 'not set' : 'empty'}. Set it, or give a default: \${${name}:-…}.`,
    )
    return ''
  })
  return { value, mistakes }
}
