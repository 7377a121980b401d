import { parseSync } from 'oxc-parser'

/** Where regular expressions stand in a source, and where one is made of what nobody can read there. */

/** A regular expression with its place; lines and columns count from 1. */
export interface Pattern {
  readonly source: string
  readonly flags: string
  readonly line: number
  readonly column: number
}

/** What keeps the patterns of a source from being known. */
export interface Obstacle {
  readonly line: number
  readonly column: number
  readonly detail: string
}

export interface PatternsFound {
  readonly patterns: readonly Pattern[]
  readonly obstacles: readonly Obstacle[]
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [member: string]: unknown
}

/** A node with the member of its parent that it stands in. */
interface Placed {
  readonly node: Node
  readonly parent: Node | null
  readonly member: string
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value

const nodesIn = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [])

/** Every node below a root, each before what it holds. */
const placedIn = (root: Node): Placed[] => {
  const found: Placed[] = []
  const open: Placed[] = [{ node: root, parent: null, member: '' }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next)
    const { node } = next
    for (const [member, value] of Object.entries(node))
      for (const child of nodesIn(value)) open.push({ node: child, parent: node, member })
  }
  return found
}

const nameOf = (value: unknown): string | undefined =>
  isNode(value) && value.type === 'Identifier' && typeof value['name'] === 'string' ? value['name'] : undefined

const propertyOf = (callee: unknown): string | undefined =>
  isNode(callee) && callee.type === 'MemberExpression' && callee['computed'] !== true
    ? nameOf(callee['property'])
    : undefined

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The text that an expression is, whatever happens; undefined where only a run can tell. */
const constantOf = (node: Node | undefined): string | undefined => {
  if (node?.type === 'Literal' && typeof node['value'] === 'string') return node['value']
  if (node?.type === 'TaggedTemplateExpression' && propertyOf(node['tag']) === 'raw') {
    const [quasi] = nodesIn(node['quasi'])
    return quasi && wholeOf(quasi, 'raw')
  }
  return node?.type === 'TemplateLiteral' ? wholeOf(node, 'cooked') : undefined
}

const wholeOf = (template: Node, form: 'raw' | 'cooked'): string | undefined => {
  const [only, ...more] = nodesIn(template['quasis'])
  const value = only?.['value']
  return more.length === 0 && isRecord(value) && typeof value[form] === 'string' ? value[form] : undefined
}

const regexOf = (node: Node | undefined): { readonly source: string; readonly flags: string } | undefined => {
  const regex = node?.type === 'Literal' ? node['regex'] : undefined
  return isRecord(regex) && typeof regex['pattern'] === 'string' && typeof regex['flags'] === 'string'
    ? { source: regex['pattern'], flags: regex['flags'] }
    : undefined
}

/** Methods of a string that make a regular expression of any other argument. */
const compiling = new Set(['match', 'matchAll', 'search'])

const unread = 'is made of what is not written here, so that nothing can be said of it; write the pattern as a literal'

/** What a mention of `RegExp` comes to: nothing, a pattern, or an obstacle. */
const constructionIn = ({ node, parent, member }: Placed): Omit<Pattern, 'line' | 'column'> | string | undefined => {
  if (node.type !== 'Identifier' || node['name'] !== 'RegExp' || parent === null) return undefined
  // As a type it makes nothing.
  if (parent.type.startsWith('TS') && !['TSAsExpression', 'TSSatisfiesExpression'].includes(parent.type))
    return undefined
  if (parent.type === 'BinaryExpression' && parent['operator'] === 'instanceof') return undefined
  if (parent.type === 'Property' && member === 'key' && parent['shorthand'] !== true) return undefined
  if (member === 'callee') {
    const [first, second] = nodesIn(parent['arguments'])
    const source = constantOf(first) ?? regexOf(first)?.source
    const flags = second === undefined ? (regexOf(first)?.flags ?? '') : constantOf(second)
    return source === undefined || flags === undefined ? `This regular expression ${unread}.` : { source, flags }
  }
  return 'RegExp is handed on, so that nobody can tell which regular expressions it makes; write them as literals.'
}

/** What a call such as `text.match(…)` compiles. */
const compilationIn = ({ node }: Placed): Omit<Pattern, 'line' | 'column'> | string | undefined => {
  if (node.type !== 'CallExpression') return undefined
  const method = propertyOf(node['callee'])
  if (method === undefined || !compiling.has(method)) return undefined
  const [first] = nodesIn(node['arguments'])
  const source = constantOf(first)
  if (source !== undefined) return { source, flags: method === 'matchAll' ? 'g' : '' }
  if (first === undefined || !['TemplateLiteral', 'BinaryExpression', 'CallExpression'].includes(first.type))
    return undefined
  return `What .${method}() looks for ${unread}.`
}

/** @param file its name, which tells the language */
export const patternsIn = (file: string, text: string): PatternsFound => {
  const { program, errors } = parseSync(file, text)
  const placeOf = placesIn(text)
  const [error] = errors
  if (error !== undefined)
    return { patterns: [], obstacles: [{ ...placeOf(error.labels[0]?.start ?? 0), detail: error.message }] }
  const patterns: Pattern[] = []
  const obstacles: Obstacle[] = []
  const root: unknown = program
  for (const placed of isNode(root) ? placedIn(root) : []) {
    const found = regexOf(placed.node) ?? constructionIn(placed) ?? compilationIn(placed)
    if (found === undefined) continue
    const place = placeOf(placed.node.start)
    if (typeof found === 'string') obstacles.push({ ...place, detail: found })
    else patterns.push({ ...found, ...place })
  }
  return { patterns, obstacles }
}

/** Lines and columns of offsets. */
const placesIn = (text: string): ((offset: number) => { readonly line: number; readonly column: number }) => {
  return (offset) => {
    const before = text.slice(0, offset).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
}
