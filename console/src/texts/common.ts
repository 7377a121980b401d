/** What is said on every page. */
export const common = {
  product: 'Nexus',
  skip: 'Skip to the content',
  sections: 'Sections',
  loading: 'Loading…',
  signIn: 'Sign in',
  signOut: 'Sign out',
  signedOut: {
    title: 'You are signed out',
    text: 'Sign in to see the clients that you own, and to change them.',
  },
  menu: { open: 'Open the menu', account: 'Your account', theme: 'Light, dark, or as your system' },
  theme: { light: 'Light', dark: 'Dark', auto: 'As the system' },
  nav: {
    clients: 'Clients',
    drift: 'Drift',
    tenant: 'Tenant',
    terraform: 'Terraform',
    audit: 'Audit',
    applications: 'Applications',
    accounts: 'Service accounts',
    administration: 'Administration',
  },
  tenants: {
    title: 'Tenants',
    choose: 'Tenant',
    none: 'You have no rights on any tenant. Ask an administrator, and name your user id:',
  },
  notFound: { title: 'There is nothing at this address', back: 'Go to the start' },
  failed: {
    title: 'This did not work',
    unreachable: 'The server cannot be reached.',
    again: 'Try again',
    request: 'Request',
  },
} as const
