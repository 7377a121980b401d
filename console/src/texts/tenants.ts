/** What is said about tenants. */
export const tenants = {
  state: {
    held: 'Held',
    queue: 'Not woken',
    paused: 'Paused',
    scan: 'Scan fails',
    outdated: 'Outdated write',
    conflicting: 'Conflicts',
    drifted: 'Drift',
    behind: 'Catching up',
    well: 'Up to date',
  },
  says: {
    held: 'Auth0 does not take the credential of Nexus. Nothing is sent until it does; Nexus tries again every 30 seconds.',
    queue: 'The worker is not woken. Changes are accepted and wait.',
    paused: 'Somebody paused this tenant. Changes are accepted and wait until it is resumed.',
    scan: 'The last scan did not read every client.',
    outdated: 'A Terraform state was written without a lock, from an outdated configuration.',
    conflicting: (count: number) => `${clientsOf(count)} in more than one Terraform state.`,
    drifted: (count: number) => `${clientsOf(count)} changed in Auth0, outside Nexus.`,
    behind: (count: number) => `${clientsOf(count)} with a change that Auth0 does not have yet.`,
    well: 'Auth0 has every change.',
  },
  since: 'Since',
  actions: { pause: 'Pause', resume: 'Resume', scan: 'Scan now' },
  pause: {
    title: (id: string) => `Pause ${id}?`,
    text: 'Nothing more is sent to Auth0 for this tenant. Changes are still accepted, and are sent when it is resumed.',
  },
  scan: {
    running: 'A scan is running.',
    waiting: 'The scan waits.',
    complete: (count: number) => `The scan is complete: Auth0 has ${clientsOf(count)}.`,
  },
  facts: {
    domain: 'Domain',
    plan: 'Limits of the plan',
    policy: 'What happens to drift',
    credential: 'Credential',
    lastScan: 'Last scan',
    nextScan: 'Next scan',
    clients: 'Clients',
    backlog: 'Waiting for Auth0',
    drifted: 'Drifted',
    stalled: 'Stalled',
    managed: 'Managed by Terraform',
    manual: 'Made by hand',
    adopting: 'On the way into Terraform',
    releasing: 'On the way out of Terraform',
    conflicting: 'In more than one state',
    locks: 'Locked states',
  },
  policies: { report: 'It is shown, and a person decides', revert: 'Nexus puts its values back' },
  credential: { valid: 'Auth0 takes it', held: 'Auth0 refuses it' },
  noPlan: 'None',
  none: 'None',
  headings: { now: 'Now', clients: 'Clients', terraform: 'Terraform', calls: 'Calls to Auth0', odd: 'Left out' },
  odd: {
    text: 'The last scan left these out, because Nexus cannot handle them.',
    more: (count: number) => `${count} in all; the first of them are shown.`,
    columns: ['Client', 'Why'],
    unknown: 'without an id',
  },
  table: {
    caption: 'Tenants and how they stand',
    columns: ['Tenant', 'State', 'Clients', 'Waiting', 'Drifted', 'Last scan'],
  },
} as const

function clientsOf(count: number): string {
  return count === 1 ? '1 client' : `${new Intl.NumberFormat('en').format(count)} clients`
}
