import type { GivenUser } from './users.ts'

/** The users of a simulator that nobody gave any: one for each way in which somebody comes to a client, or does not. */
export const demoUsers: readonly GivenUser[] = [
  {
    sub: 'auth0|ann',
    name: 'Ann',
    email: 'ann@example.com',
    about: 'owns clients that list auth0|ann as an owner',
    permissions: ['client.write'],
  },
  {
    sub: 'auth0|bob',
    name: 'Bob',
    email: 'bob@example.com',
    about: 'is a member of the role billing-admins, which can own clients',
    permissions: ['client.write'],
    roles: ['billing-admins'],
  },
  {
    sub: 'auth0|cleo',
    name: 'Cleo',
    email: 'cleo@example.com',
    about: 'has the products Checkout and billing in her product scope',
    permissions: ['client.write'],
    products: ['Checkout', 'billing'],
  },
  {
    sub: 'auth0|max',
    name: 'Max',
    email: 'max@example.com',
    about: 'may change clients, but has no relation to any',
    permissions: ['client.write'],
    roles: ['support'],
  },
  {
    sub: 'auth0|olga',
    name: 'Olga',
    email: 'olga@example.com',
    about: 'may change every client',
    permissions: ['client.write.all'],
  },
  {
    sub: 'auth0|otto',
    name: 'Otto',
    email: 'otto@example.com',
    about: 'operates the tenant: pauses and resumes it, and reads every client',
    permissions: ['tenant.admin', 'client.read.all', 'terraform.read'],
  },
  {
    sub: 'auth0|ada',
    name: 'Ada',
    email: 'ada@example.com',
    about: 'administers Nexus: has every permission',
    permissions: [
      'client.write.all',
      'client.secret.read',
      'terraform.adopt',
      'terraform.read',
      'terraform.state',
      'terraform.state.force-unlock',
      'tenant.admin',
    ],
  },
]
