import type { Schemas } from '../app/schemas.ts'

export type ClientAction = 'pause' | 'resume' | 'adopt' | 'release'
export type Offered = 'retry' | ClientAction | 'cancel'

/**
 * What somebody can do with a client besides changing it: what they may, and what makes sense as it stands.
 *
 * @param mayWrite whether the three rules let them change this client
 */
export const offeredActions = (
  { permissions }: Pick<Schemas['WhoAmI'], 'permissions'>,
  mayWrite: boolean,
  {
    conditions,
    terraform,
    pending,
  }: Pick<Schemas['Sync'], 'conditions' | 'terraform'> & {
    readonly pending: readonly unknown[]
  },
): readonly Offered[] => {
  const may = (permission: string): boolean => permissions.includes(permission)
  const isPaused = conditions.some(({ status, reason }) => status === 'True' && reason === 'ClientPaused')
  const isStalled = conditions.some(({ type, status }) => type === 'Stalled' && status === 'True')
  const { status, request } = terraform
  const adopts = may('terraform.adopt')
  const table: readonly (readonly [Offered, boolean])[] = [
    ['retry', mayWrite && (isStalled || pending.length > 0)],
    ['pause', may('tenant.admin') && !isPaused],
    ['resume', may('tenant.admin') && isPaused],
    ['adopt', adopts && request === null && status === 'manual'],
    ['release', adopts && request === null && status === 'managed'],
    ['cancel', adopts && request !== null],
  ]
  return table.flatMap(([action, isOffered]) => (isOffered ? [action] : []))
}
