/**
 * GitHub's expressions, as far as this project's action uses them: names of contexts, texts in quotes, `||`, `&&`, `==`,
 * `!=`, `!`, and functions without arguments. Anything else is an error, so that a test never guesses.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */

export type Value = string | boolean

/** What a name stands for: `inputs.state`, `steps.plan.outputs.changed`, `failure()`. @throws Error for an unknown one */
export type Lookup = (name: string) => Value

const token = /\s*(\|\||&&|==|!=|!|'(?:[^']|'')*'|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*(?:\(\))?)/y

const tokensOf = (text: string): string[] => {
  const found: string[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex
    const [, next] = token.exec(text) ?? []
    if (next === undefined) throw new Error(`The expression ${text} is not understood from ${text.slice(at)}`)
    found.push(next)
  }
  return found
}

const isTrue = (value: Value): boolean => value !== '' && value !== false

/** The value of what stands between `${{` and `}}`. */
export const evaluate = (text: string, lookup: Lookup): Value => {
  const rest = tokensOf(text)
  const taken = (wanted: string): boolean => {
    if (rest[0] !== wanted) return false
    rest.shift()
    return true
  }
  const single = (): Value => {
    const next = rest.shift()
    if (next === undefined || ['||', '&&', '==', '!='].includes(next))
      throw new Error(`The expression ${text} has no value where one belongs`)
    if (next === '!') return !isTrue(single())
    return next.startsWith("'") ? next.slice(1, -1).replaceAll("''", "'") : lookup(next)
  }
  const comparison = (): Value => {
    const left = single()
    if (taken('==')) return left === single()
    if (taken('!=')) return left !== single()
    return left
  }
  const both = (): Value => {
    let value = comparison()
    while (taken('&&')) {
      const right = comparison()
      value = isTrue(value) ? right : value
    }
    return value
  }
  let value = both()
  while (taken('||')) {
    const right = both()
    value = isTrue(value) ? value : right
  }
  if (rest.length > 0) throw new Error(`The expression ${text} goes on with ${rest.join(' ')}`)
  return value
}

/** A text with its expressions replaced. */
export const filled = (text: string, lookup: Lookup): string =>
  text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, inner: string) => String(evaluate(inner, lookup)))

const statusFunctions = ['always()', 'cancelled()', 'failure()', 'success()']

/** Whether a step runs. A condition that asks for no status asks for success. */
export const holds = (condition: string | undefined, lookup: Lookup): boolean => {
  const [, inner = ''] = /^\$\{\{(.*)\}\}$/.exec(condition ?? '') ?? [undefined, condition ?? 'success()']
  const value = isTrue(evaluate(inner, lookup))
  return statusFunctions.some((one) => inner.includes(one)) ? value : value && isTrue(lookup('success()'))
}
