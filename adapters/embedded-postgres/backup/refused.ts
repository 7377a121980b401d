/** A backup cannot be made or restored so; nothing was changed, and the message says what to do. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused'
}
