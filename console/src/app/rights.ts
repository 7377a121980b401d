import type { Permission, Schemas } from './schemas.ts'

/** Whoever has permissions: the caller of the page. */
export type Permitted = Pick<Schemas['WhoAmI'], 'permissions'>

/** Whether a caller has one of some permissions: what they may not do is not shown. */
export const may = ({ permissions }: Permitted, ...anyOf: readonly Permission[]): boolean =>
  anyOf.some((permission) => permissions.includes(permission))

export const seesEveryClient = (caller: Permitted): boolean => may(caller, 'client.read.all', 'client.write.all')

/** Whether the caller may see what runs for any client, and have all of them read from Auth0. */
export const knowsEveryClient = (caller: Permitted): boolean => may(caller, 'tenant.admin') || seesEveryClient(caller)

/** Whether there can be a client that the caller sees. */
export const seesClients = (caller: Permitted): boolean =>
  may(caller, 'client.read', 'client.write') || seesEveryClient(caller)

/** Whether Terraform's states of a tenant can be looked at. */
export const seesStates = (caller: Permitted): boolean =>
  may(caller, 'terraform.state', 'terraform.state.force-unlock', 'terraform.read')

/** Whether the rules let the caller change one client; not before that is known. @param answer what they may do with it */
export const mayChange = (answer: Schemas['ClientAccess'] | undefined): boolean =>
  answer?.access[0]?.write?.allowed ?? false
