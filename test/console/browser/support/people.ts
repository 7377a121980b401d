import { permissions } from '../../../../domain/vocabulary.ts'
import type { GivenUser } from '../../../../simulator/main.ts'

/** Who signs in: one of each kind that the console knows. */
export const people = {
  owner: { sub: 'auth0|ann', name: 'Ann Owner', permissions: ['client.write'] },
  member: { sub: 'auth0|bob', name: 'Bob Member', permissions: ['client.write'], roles: ['billing-admins'] },
  product: { sub: 'auth0|cleo', name: 'Cleo Product', permissions: ['client.write'], products: ['Billing'] },
  stranger: { sub: 'auth0|max', name: 'Max Stranger', permissions: ['client.write'] },
  everything: { sub: 'auth0|olga', name: 'Olga Everything', permissions: ['client.write.all'] },
  operator: {
    sub: 'auth0|oscar',
    name: 'Oscar Operator',
    permissions: ['client.read.all', 'tenant.admin', 'terraform.read'],
  },
  administrator: { sub: 'auth0|ada', name: 'Ada Administrator', permissions: [...permissions] },
} as const satisfies Record<string, GivenUser>

export type PersonName = keyof typeof people
