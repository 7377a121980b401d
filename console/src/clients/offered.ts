import { may } from '../app/rights.ts'
import type { Permitted } from '../app/rights.ts'
import type { Schemas } from '../app/schemas.ts'

export type ClientAction = 'pause' | 'resume' | 'adopt' | 'release'
export type Offered = 'retry' | ClientAction | 'cancel'

/**
 * What somebody can do with a client besides changing it: what they may, and what makes sense as it stands.
 *
 * @param mayWrite whether the three rules let them change this client
 */
export const offeredActions = (
  caller: Permitted,
  mayWrite: boolean,
  {
    conditions,
    terraform,
    pending,
  }: Pick<Schemas['Sync'], 'conditions' | 'terraform'> & {
    readonly pending: readonly unknown[]
  },
): readonly Offered[] => {
  const isPaused = conditions.some(({ status, reason }) => status === 'True' && reason === 'ClientPaused')
  const isStalled = conditions.some(({ type, status }) => type === 'Stalled' && status === 'True')
  const { status, request } = terraform
  const adopts = may(caller, 'terraform.adopt')
  const table: readonly (readonly [Offered, boolean])[] = [
    ['retry', mayWrite && (isStalled || pending.length > 0)],
    ['pause', may(caller, 'tenant.admin') && !isPaused],
    ['resume', may(caller, 'tenant.admin') && isPaused],
    ['adopt', adopts && request === null && status === 'manual'],
    ['release', adopts && request === null && status === 'managed'],
    ['cancel', adopts && request !== null],
  ]
  return table.flatMap(([action, isOffered]) => (isOffered ? [action] : []))
}
