import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'

type Record = Schemas['AuditRecord']

/** What the audit is asked for: each as the API takes it. */
export interface AuditFilter {
  readonly actor?: string
  readonly action?: Record['action']
  readonly outcome?: Record['outcome']
  readonly target?: string
  readonly since?: string
  readonly until?: string
}

const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text))

/** Which values of an address are taken for each filter: another is as good as none. */
const takes = {
  actor: () => true,
  action: (text) => Object.hasOwn(texts.audit.actions, text),
  outcome: (text) => Object.hasOwn(texts.audit.outcomes, text),
  target: () => true,
  since: isTime,
  until: isTime,
} as const satisfies { readonly [Name in keyof AuditFilter]-?: (text: string) => boolean }

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets what they are
const filterNames = Object.keys(takes) as (keyof AuditFilter)[]

/** The filter that an address names. */
export const filterOf = (query: URLSearchParams): AuditFilter =>
  Object.fromEntries(
    filterNames.flatMap((name) => {
      const text = query.get(name)?.trim() ?? ''
      return text !== '' && takes[name](text) ? [[name, text]] : []
    }),
  )
