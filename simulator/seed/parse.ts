import { parseDocument } from 'yaml'
import { z } from 'zod'
import { parsedJson, type Json } from '../json.ts'
import { marked } from './placeholders.ts'
import { SeedError } from './problems.ts'

/** YAML, which includes JSON with keywords that are not quoted. Merge keys, as the deploy CLI reads them. */
const parsedYaml = (text: string): unknown => {
  const document = parseDocument(text, { merge: true, prettyErrors: false })
  const [error] = document.errors
  // The file is the user's own: an anchor may stand in each of a thousand clients.
  if (error === undefined) return document.toJS({ maxAliasCount: -1 })
  // Without the library's own message: it shows a part of the file.
  const line = text.slice(0, error.pos[0]).split('\n').length
  throw new SeedError(`line ${line}: neither JSON nor YAML (${error.code})`)
}

/** What a file says, with marks for keywords. Throws a SeedError where it is neither JSON nor YAML, or says more than JSON can. */
export const parseSeed = (text: string): Json => {
  const source = marked(text.replace(/^\uFEFF/, ''))
  const said = z.json().safeParse(parsedJson(source) ?? parsedYaml(source))
  if (said.success) return said.data
  throw new SeedError('It holds values that JSON does not know, such as .nan, a date or a set.')
}
