export const tabs = ['fields', 'history', 'access', 'details'] as const
export type Tab = (typeof tabs)[number]

/** What the rest of a client's address shows: `` its fields, `history/<change>` one change. */
export const tabOf = (rest: string): { readonly tab: Tab; readonly changeId: string | null } => {
  const [name = '', changeId = ''] = rest.split('/')
  const tab = tabs.find((each) => each === name) ?? 'fields'
  return { tab, changeId: tab === 'history' && changeId !== '' ? changeId : null }
}
