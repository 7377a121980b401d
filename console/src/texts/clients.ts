import { clientsText } from './counts.ts'

/** What is said about lists of clients, and of how a client stands. */
export const clients = {
  title: 'Clients',
  search: 'Search',
  searchHint: 'Part of a name, id, product or application',
  filters: {
    show: 'Filters',
    hide: 'Hide filters',
    clear: 'Clear all filters',
    any: 'Any',
    sync: 'State',
    drifted: 'Drift',
    terraform: 'Terraform',
    manuallyCreated: 'Created',
    product: 'Product',
    owner: 'Owner',
    sort: 'Order',
    exact: 'The exact name',
    exactOwner: 'A role or a user id, exactly',
  },
  choices: {
    sync: { synced: 'In sync', pending: 'Waiting', stalled: 'Stalled', paused: 'Paused' },
    drifted: { true: 'Drifted', false: 'As confirmed' },
    manuallyCreated: { true: 'By hand', false: 'By Terraform' },
    terraform: {
      manual: 'Not managed',
      managed: 'Managed',
      adopting: 'To be adopted',
      releasing: 'To be released',
      conflict: 'In several states',
    },
    sort: {
      name: 'Name, A to Z',
      '-name': 'Name, Z to A',
      id: 'Id, A to Z',
      '-id': 'Id, Z to A',
      product: 'Product, A to Z',
      '-product': 'Product, Z to A',
      '-updated': 'Latest change first',
      updated: 'Latest change last',
    },
  },
  /** How a client stands, in one word and a sentence. */
  glance: {
    synced: { word: 'In sync', text: 'Auth0 has everything that was accepted.' },
    waiting: { word: 'Waiting', text: 'A change is on its way to Auth0.' },
    drifted: { word: 'Drifted', text: 'Somebody changed a field in Auth0, outside Nexus.' },
    paused: { word: 'Paused', text: 'Nothing is sent to Auth0 for now. Changes are still accepted.' },
    stalled: { word: 'Stalled', text: 'Calls to Auth0 keep failing. Nexus goes on trying.' },
  },
  row: { product: 'Product', application: 'Application', changed: 'Changed', unnamed: 'Without a name' },
  shown: (count: number, more: boolean): string =>
    more ? `The first ${clientsText(count)}; more follow as you scroll.` : clientsText(count),
  loadingMore: 'Loading more…',
  none: {
    matchTitle: 'No client matches',
    match: 'Try fewer words, or clear the filters.',
    rightsTitle: 'There is no client that you may see here',
    rights:
      'You see a client when your user id or one of your roles stands on its owners, or when it belongs to your product. Ask an owner of the client to add you, and name your user id:',
    allTitle: 'This tenant has no clients yet',
    all: 'Nexus shows a client soon after it was created in Auth0.',
  },
} as const
