/**
 * What can happen that somebody who looks on wants to know. An event names what changed, and carries no values: who may
 * see them reads them. So the kinds are few, and an event too many costs a reading, no more.
 */
export const eventKinds = {
  'change.accepted': 'A change was accepted, and waits for Auth0',
  'change.applied': 'Auth0 has a change, or there was nothing to change',
  'change.rejected': 'Auth0 refused a change',
  'change.withdrawn': 'A change was withdrawn',
  'client.delayed': 'A try failed; it is repeated',
  'client.observed': 'Auth0 has something else than was known, or a drift is over',
  'client.drifted': 'A field that Nexus owns was changed in Auth0',
  'client.vanished': 'Auth0 no longer has the client',
  'client.paused': 'Nothing is sent for the client from now on',
  'client.resumed': 'It is sent again',
  'tenant.paused': 'Nothing is sent to the tenant from now on',
  'tenant.resumed': 'It is sent again',
  'tenant.held': "Auth0 does not take the tenant's credential",
  'tenant.lifted': 'Auth0 takes the credential again',
  'tenant.scanned': 'A scan of all clients has ended, or was broken off',
  'state.locked': 'Somebody has taken the lock of a Terraform state',
  'state.unlocked': 'The lock was given back, or taken away',
  'state.written': 'A Terraform state has a new version, or none any more',
} as const satisfies Readonly<Record<string, string>>

export type EventKind = keyof typeof eventKinds

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets what they are
export const eventKindNames = Object.keys(eventKinds) as readonly EventKind[]

/** One event, as it is kept. */
export interface TenantEvent {
  readonly kind: EventKind
  /** The client that it is about; null for what is about none. */
  readonly clientId: string | null
  /** The Terraform state that it is about; null for what is about none. */
  readonly state: string | null
  /** The count of the client's row since then: whoever has read the client with it, or a later one, has seen this. */
  readonly revision: number | null
}
