import { clientsText } from './counts.ts'

/** What is said about drift. */
export const drift = {
  title: 'Drift',
  explained:
    'Somebody changed these fields in Auth0, outside Nexus. Put the confirmed values back, or accept what stands in Auth0 now.',
  search: 'Search',
  searchHint: 'Part of a name or an id',
  kind: 'Kind',
  anyKind: 'Any kind',
  kinds: {
    'out-of-band': 'Changed by hand',
    terraform: 'Changed by Terraform',
    reordered: 'Other order',
  },
  none: {
    title: 'Nothing has drifted',
    text: 'What Auth0 has is what was last confirmed. A scan looks again at every client.',
    scanned: 'Last scan',
    noMatchText: 'Try fewer words, or another kind.',
  },
  found: (count: number): string => `${clientsText(count)} ${count === 1 ? 'has' : 'have'} drifted.`,
  selectAll: 'Select all',
  select: (name: string) => `Select ${name}`,
  selected: (count: number): string => `${clientsText(count)} selected`,
  more: (count: number): string => `Show ${count} more`,
  confirmed: 'Last confirmed',
  observed: 'In Auth0 now',
  revert: {
    word: 'Put back',
    title: (count: number) => `Put the confirmed values of ${clientsText(count)} back?`,
    text: 'Auth0 gets exactly this:',
  },
  accept: {
    word: 'Accept',
    title: (count: number) => `Accept what Auth0 has, for ${clientsText(count)}?`,
    text: 'Nothing changes in Auth0. Nexus takes these values as confirmed:',
  },
  andMore: (count: number): string => `And ${clientsText(count)} more.`,
  alsoSent: 'A change that waits is sent in the same call:',
  outcomes: {
    queued: 'Not yet begun',
    sending: 'Under way',
    applied: 'Done',
    accepted: 'Accepted, and waits',
    withdrawn: 'Withdrawn',
    rejected: 'Auth0 refused it',
    refused: 'Refused',
  },
  progress: (done: number, all: number): string => `${done} of ${all} done`,
  stop: 'Stop after those under way',
  stopped: 'Stopped',
} as const
