import { eventTable } from './tables/event-table.ts'
import { attributeTable, fieldTable } from './tables/field-tables.ts'
import { peopleTable } from './tables/people-table.ts'
import { performanceTables } from './tables/performance-tables.ts'
import { runbooksTable } from './tables/runbooks-table.ts'
import { secretsTable } from './tables/secrets-table.ts'
import { settingsTable } from './tables/settings-table.ts'
import { sizesTable } from './tables/sizes-table.ts'
import { urlTable } from './tables/url-table.ts'

/** A table of a guide that is made of a table of the program. */
interface GuideTable {
  readonly guide: string
  /** What it is a table of, as its mark in the guide says. */
  readonly of: string
  readonly make: () => string
}

const applicationTeams = 'docs/guides/application-teams.md'
const production = 'docs/guides/run-it-for-real.md'

export const guideTables: readonly GuideTable[] = [
  { guide: applicationTeams, of: 'fields', make: fieldTable },
  { guide: applicationTeams, of: 'URL rules', make: urlTable },
  { guide: applicationTeams, of: 'events', make: eventTable },
  { guide: 'docs/guides/terraform.md', of: 'attributes', make: attributeTable },
  { guide: 'docs/guides/upgrades.md', of: 'settings', make: settingsTable },
  { guide: 'docs/guides/people.md', of: 'what is kept about people', make: peopleTable },
  { guide: production, of: 'sizes', make: sizesTable },
  { guide: production, of: 'secrets', make: secretsTable },
  { guide: production, of: 'runbooks', make: runbooksTable },
  ...performanceTables,
]

const end = '<!-- end of the table -->'

/** A guide with the table as it is now. @throws Error where the guide has no place for it */
export const withTable = (guide: string, { of, make }: Pick<GuideTable, 'of' | 'make'>): string => {
  const begin = `<!-- npm run guide-tables writes this table of ${of} -->`
  const [before, rest] = guide.split(begin)
  const place = rest?.indexOf(end) ?? -1
  if (before === undefined || rest === undefined || place < 0) throw new Error(`The guide needs ${begin} and ${end}.`)
  return `${before}${begin}\n\n${make()}\n\n${rest.slice(place)}`
}
