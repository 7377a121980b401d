import { createHash, randomBytes } from 'node:crypto'

const lettersAndDigits = (bytes: Buffer, length: number): string =>
  bytes.toString('base64').replaceAll(/[+/=]/g, '').slice(0, length).padEnd(length, 'x')

/** A new client id: 32 letters and digits (recorded). A third party under strict rules has its own prefix (documented). */
export const newClientId = (kind: 'ordinary' | 'strict' = 'ordinary'): string =>
  kind === 'strict' ? `tpc_${lettersAndDigits(randomBytes(36), 22)}` : lettersAndDigits(randomBytes(48), 32)

/** The id of a client that comes without one: the same for the same text, in every run. */
export const clientIdFor = (text: string): string => lettersAndDigits(createHash('sha512').update(text).digest(), 32)

/** A new client secret: 64 characters of base64url. */
export const newSecret = (): string => randomBytes(48).toString('base64url')
