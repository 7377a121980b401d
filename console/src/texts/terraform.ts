/** What is said about Terraform's states. */
export const terraform = {
  title: 'Terraform',
  managed: 'What Terraform manages',
  wishes: {
    heading: 'On their way',
    text: 'The next apply of the state makes these true.',
    columns: ['Client', 'What is asked', 'State', 'By', 'When'],
    more: 'See all of them',
  },
  states: {
    heading: 'States',
    none: 'No state is held yet. A stack that names Nexus as its http backend makes one; the guide for Terraform shows how.',
    own: 'Written by Nexus',
    named: 'Yours',
    unnamed: 'Not in the configuration: it changes nothing',
    facts: {
      version: 'Version',
      serial: 'Serial',
      size: 'Size',
      written: 'Written',
      clients: 'Clients',
    },
    never: 'Not written yet',
    versions: 'Versions',
  },
  lock: {
    held: 'Locked',
    abandoned: 'The lock looks abandoned',
    free: 'Not locked',
    who: 'Who',
    by: 'Caller',
    since: 'Since',
    operation: 'For',
    info: 'Note',
    operations: {
      OperationTypeApply: 'An apply: changes of its clients wait until it is over',
      OperationTypePlan: 'A plan',
      OperationTypeRefresh: 'A refresh',
    },
    take: 'Take the lock away',
    takeTitle: (name: string) => `Take the lock of ${name} away?`,
    takeText:
      'Whoever holds it may be in the middle of an apply. Ask them first. What they write afterwards is refused, and changes that waited are sent.',
  },
  warnings: {
    outdated: (by: string) => `Written without a lock, from an outdated configuration, by ${by}.`,
    unlocked: (by: string) => `Written while nobody held the lock, by ${by}.`,
  },
  versions: {
    title: (name: string) => `Versions of ${name}`,
    columns: ['Version', 'Serial', 'Written', 'By', 'Terraform', 'Size', 'What can be done'],
    current: 'Current',
    restoredFrom: (version: number) => `made of version ${version}`,
    restore: 'Restore',
    restoreLabel: (version: number) => `Restore version ${version}`,
    restoreTitle: (name: string, version: number) => `Make version ${version} of ${name} current again?`,
    restoreText:
      'It becomes a new version, and what Nexus knows of managed clients follows it. Auth0 is not changed: the next plan shows what differs.',
    none: 'There are no versions yet.',
  },
} as const
