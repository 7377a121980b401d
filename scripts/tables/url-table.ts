import { urlRules } from '../../domain/clients/urls/judge.ts'
import { nouns, urlLists } from '../../domain/clients/urls/kinds.ts'
import { audiences } from '../../domain/clients/urls/rule.ts'
import type { UrlRule } from '../../domain/clients/urls/rule.ts'
import { code, tableOf } from '../markdown.ts'

/** What the guide for application teams says of URLs, from the table of rules. */

const listsOf = ({ kinds }: UrlRule): string => {
  const lists = urlLists.filter((list) => kinds.includes(list))
  return lists.length === urlLists.length ? 'all lists' : lists.map((list) => `${nouns[list]}s`).join(', ')
}

const rowOf = (rule: UrlRule): string[] => {
  const { outcome, clients, about, example, reason, source } = rule
  const where = clients === 'all' ? listsOf(rule) : `${listsOf(rule)} of ${audiences[clients].words}`
  return [outcome, about, code(example), where, reason, source]
}

/** Rules about a URL that stands alone are no rules about lists. */
export const urlTable = (): string =>
  tableOf([
    ['', 'what', 'such as', 'where', 'why', 'source'],
    ...urlRules.filter(({ kinds }) => urlLists.some((list) => kinds.includes(list))).map(rowOf),
  ])
