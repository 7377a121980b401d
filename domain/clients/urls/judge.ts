import type { UrlContext, UrlKind } from './kinds.ts'
import { nouns } from './kinds.ts'
import { audiences } from './rule.ts'
import type { UrlRule } from './rule.ts'
import { refusals } from './refusals.ts'
import { warnings } from './warnings.ts'
import { writtenUrl } from './written-url.ts'

/** All rules about URLs, in the order in which they are looked at. */
export const urlRules: readonly UrlRule[] = [...refusals, ...warnings]

/** What is said of a URL: why it is refused, or else what may not work. */
export interface UrlJudgement {
  /** A sentence with its remedy; undefined where it is accepted. */
  readonly refused: string | undefined
  /** Sentences, each of which says the same of every URL that it is said of. */
  readonly warned: readonly string[]
}

/**
 * Judges one element of a URL list by the table of rules: what never works or is dangerous is refused, what may not work is
 * warned of, and everything else is fine.
 *
 * @param kind which list it is for
 */
export const judgeUrl = (text: string, kind: UrlKind, context: UrlContext): UrlJudgement => {
  const url = writtenUrl(text)
  const isAbout = ({ lists, clients, applies }: UrlRule): boolean =>
    lists.includes(kind) && audiences[clients].has(context) && applies(url, kind)
  const refusal = refusals.find(isAbout)
  return refusal === undefined
    ? { refused: undefined, warned: warnings.filter(isAbout).map(({ reason }) => reason) }
    : { refused: refusal.message?.(url, nouns[kind]) ?? refusal.reason, warned: [] }
}
