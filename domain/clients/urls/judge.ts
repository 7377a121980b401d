import type { UrlContext, UrlKind } from './kinds.ts'
import { nouns } from './kinds.ts'
import { audiences } from './rule.ts'
import type { UrlRule } from './rule.ts'
import { refusals } from './refusals.ts'
import { warnings } from './warnings.ts'
import { writtenUrl } from './written-url.ts'

/** All rules about URLs, in the order in which they are looked at. */
export const urlRules: readonly UrlRule[] = [...refusals, ...warnings]

/** What a rule says of a URL, as a sentence with its remedy. */
interface Said {
  readonly rule: string
  readonly detail: string
}

/** Why a URL is refused, or else what of it may not work. A warning says the same of every URL that it is said of. */
export interface UrlJudgement {
  readonly refused: Said | undefined
  readonly warned: readonly Said[]
}

/**
 * Judges one URL by the table of rules: what never works or is dangerous is refused, what may not work is warned of, and
 * everything else is fine.
 *
 * @param kind what it is for
 */
export const judgeUrl = (text: string, kind: UrlKind, context: UrlContext): UrlJudgement => {
  const url = writtenUrl(text)
  const isAbout = ({ kinds, clients, applies }: UrlRule): boolean =>
    kinds.includes(kind) && audiences[clients].has(context) && applies(url)
  const said = ({ id, reason, message }: UrlRule): Said => ({ rule: id, detail: message?.(url, nouns[kind]) ?? reason })
  const refusal = refusals.find(isAbout)
  return refusal === undefined
    ? { refused: undefined, warned: warnings.filter(isAbout).map(said) }
    : { refused: said(refusal), warned: [] }
}
