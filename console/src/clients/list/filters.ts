import { texts } from '../../texts/texts.ts'
import type { paths } from '../../app/document.d.ts'

export type ListQuery = NonNullable<paths['/v1/tenants/{tenantId}/clients']['get']['parameters']['query']>

const { choices, filters: labels } = texts.clients

interface Filter {
  readonly name: 'sync' | 'drifted' | 'terraform' | 'manuallyCreated' | 'product' | 'owner'
  readonly label: string
  /** What can be chosen, by the value in the address; undefined where any text can be given. */
  readonly choices?: Readonly<Record<string, string>>
  readonly hint?: string
}

/** What a list can be narrowed by, in the order of the page. Names are those of the API and of the address. */
export const filters: readonly Filter[] = [
  { name: 'sync', label: labels.sync, choices: choices.sync },
  { name: 'drifted', label: labels.drifted, choices: choices.drifted },
  { name: 'terraform', label: labels.terraform, choices: choices.terraform },
  { name: 'manuallyCreated', label: labels.manuallyCreated, choices: choices.manuallyCreated },
  { name: 'product', label: labels.product, hint: labels.exact },
  { name: 'owner', label: labels.owner, hint: labels.exactOwner },
]

export const sorts: Readonly<Record<string, string>> = choices.sort

/** The longest text that the API looks for. */
export const longestText = 200

/** What the address asks the API for. What the API would refuse, such as a word by hand, is left out. */
export const queryOf = (address: URLSearchParams): ListQuery => {
  const text = (address.get('text') ?? '').trim().slice(0, longestText)
  const sort = address.get('sort') ?? ''
  const given = filters.flatMap(({ name, choices }) => {
    const value = (address.get(name) ?? '').trim()
    return value === '' || (choices !== undefined && !Object.hasOwn(choices, value)) ? [] : [[name, value] as const]
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names and values are those of the table above
  return {
    ...Object.fromEntries(given),
    ...(text === '' ? {} : { text }),
    ...(Object.hasOwn(sorts, sort) && sort !== 'name' ? { sort } : {}),
  } as ListQuery
}

/** Whether anything but the order is asked for. */
export const isNarrowed = (query: ListQuery): boolean => Object.keys(query).some((name) => name !== 'sort')
