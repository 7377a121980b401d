import { createHash, randomBytes } from 'node:crypto'
import type { Answer } from '../http/answer.ts'
import { isObject } from '../json.ts'

const lettersAndDigits = (bytes: Buffer, length: number): string =>
  bytes.toString('base64').replaceAll(/[+/=]/g, '').slice(0, length).padEnd(length, 'x')

/** A third party under strict rules has ids of its own (documented); others have 32 letters and digits (recorded). */
export type IdKind = 'ordinary' | 'strict'

const idOf = (bytes: Buffer, kind: IdKind): string =>
  kind === 'strict' ? `tpc_${lettersAndDigits(bytes, 22)}` : lettersAndDigits(bytes, 32)

/** A new client id. */
export const newClientId = (kind: IdKind = 'ordinary'): string => idOf(randomBytes(48), kind)

/** The id of a client that comes without one: the same for the same text, in every run. */
export const clientIdFor = (text: string, kind: IdKind): string =>
  idOf(createHash('sha512').update(text).digest(), kind)

/** A new client secret: 64 characters of base64url. */
export const newSecret = (): string => randomBytes(48).toString('base64url')

/** The id of the client that an answer shows. */
export const answeredId = ({ body }: Answer): string | undefined =>
  isObject(body) && typeof body['client_id'] === 'string' ? body['client_id'] : undefined
