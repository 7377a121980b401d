import {
  createHash,
  createPublicKey,
  generateKeyPair,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import { isObject, parsedJson, type JsonObject } from '../json.ts'

/** The key that a simulator signs its tokens with. */
export type SigningKey = { privateKey: KeyObject; jwk: Record<string, string> & { kid: string } }

// The public members of an RSA key are texts all.
const publicMembers = ({ kty = '', n = '', e = '' }: JsonWebKey): Record<string, string> => ({ kty, n, e })

const make = async (): Promise<SigningKey> => {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk = pair.publicKey.export({ format: 'jwk' })
  const kid = createHash('sha256').update(String(jwk.n)).digest('base64url').slice(0, 21)
  return { privateKey: pair.privateKey, jwk: { ...publicMembers(jwk), kid, alg: 'RS256', use: 'sig' } }
}

let made: Promise<SigningKey> | undefined

/**
 * One key for all simulators of a process: making one takes 100 ms and more, and tests start dozens of simulators.
 * Issuer and audience still tell their tokens apart.
 */
export const signingKey = (): Promise<SigningKey> => {
  made ??= make()
  return made
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWT, RS256, with these claims; times are epoch seconds. */
export const jwt = ({ privateKey, jwk }: SigningKey, claims: object): string => {
  const body = `${part({ alg: 'RS256', typ: 'JWT', kid: jwk.kid })}.${part(claims)}`
  return `${body}.${sign('RSA-SHA256', Buffer.from(body), privateKey).toString('base64url')}`
}

/** The claims of a JWT that this key has signed, expired or not; undefined for any other text. */
export const claimsOf = ({ privateKey }: SigningKey, token: string): JsonObject | undefined => {
  const [header = '', body = '', signature = ''] = token.split('.')
  const signed = Buffer.from(`${header}.${body}`)
  if (!verify('RSA-SHA256', signed, createPublicKey(privateKey), Buffer.from(signature, 'base64url'))) return undefined
  const claims = parsedJson(Buffer.from(body, 'base64url').toString())
  return isObject(claims) ? claims : undefined
}
