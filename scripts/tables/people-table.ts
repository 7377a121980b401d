import { keptAboutPeople, tablesWithPeople } from '../../domain/access/people.ts'
import { code, tableOf } from '../markdown.ts'

/** What is kept about people, table by table. */
export const peopleTable = (): string =>
  tableOf([
    ['table', 'what', 'why', 'how long', 'setting', 'how it is erased'],
    ...tablesWithPeople.map((table) => {
      const { what, why, howLong, setting, erased } = keptAboutPeople[table]
      return [code(table), what, why, howLong, setting?.split(', ').map(code).join(', ') ?? '–', erased]
    }),
  ])
