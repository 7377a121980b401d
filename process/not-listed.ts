/** Auth0 could not be read to its end. */
export class NotListed extends Error {
  override readonly name = 'NotListed'
  constructor(tenantId: string, reason: string) {
    super(`The clients of ${tenantId} could not be read from Auth0: ${reason}`)
  }
}
