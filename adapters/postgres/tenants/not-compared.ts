/** The database was restored from a backup, and what is newer in Auth0 would be overwritten. */
export class NotCompared extends Error {
  override readonly name = 'NotCompared'
  constructor(tenantId: string) {
    super(
      `The database was restored from a backup, which is older than Auth0. Nothing is sent to ${tenantId} until an operator ` +
        'has compared the two: nexus after-restore.',
    )
  }
}
