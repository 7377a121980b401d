/** Every page of the console, below its address, as an administrator of the tenant `acme` with a client `c0` finds it. */
export const addresses = {
  start: '',
  clients: 'tenants/acme/clients',
  client: 'tenants/acme/clients/c0',
  history: 'tenants/acme/clients/c0/history',
  access: 'tenants/acme/clients/c0/access',
  details: 'tenants/acme/clients/c0/details',
  drift: 'tenants/acme/drift',
  tenant: 'tenants/acme',
  terraform: 'tenants/acme/terraform',
  explained: 'tenants/acme/access?client=c0',
  audit: 'tenants/acme/audit',
  applications: 'administration/applications',
  making: 'administration/applications?do=make',
  accounts: 'administration/accounts',
  nowhere: 'nowhere',
} as const
