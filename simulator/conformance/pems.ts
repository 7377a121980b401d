import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { JsonName } from '@peculiar/x509'
import { certificate, newKeys } from '../http/certificate.ts'
import { isObject, textOf, type Json, type JsonObject } from '../json.ts'
import type { Interaction } from './cassette.ts'

// Recordings keep no keys. For each placeholder a certificate is made that expires when the recorded one did, and
// carries the recorded subject, so that what Auth0 reads out of a certificate can be compared.

// The names under which the library knows what a subject names; those that it lacks by their numbers.
const attributes: Readonly<Record<string, string>> = {
  C: 'C',
  ST: 'ST',
  L: 'L',
  O: 'O',
  OU: 'OU',
  CN: 'CN',
  DC: 'DC',
  GN: 'G',
  SN: 'SN',
  title: 'T',
  emailAddress: 'E',
  serialNumber: '2.5.4.5',
  street: '2.5.4.9',
  postalCode: '2.5.4.17',
  UID: '0.9.2342.19200300.100.1.1',
}

/** A subject as Auth0 writes it: one attribute a line, a comma in it escaped. */
const nameOf = (subject: string): JsonName =>
  subject.split('\n').flatMap((line) => {
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
    const name = attributes[key]
    return name === undefined ? [] : [{ [name]: [value.replaceAll(/\\(.)/g, '$1')] }]
  })

const keys = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

// RSA keys are slow to make: one for each placeholder, whatever the cassette.
const keyFor = (placeholder: string): Promise<Uint8Array<ArrayBuffer>> => {
  const made =
    keys.get(placeholder) ??
    promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(
      (pair) => new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })),
    )
  keys.set(placeholder, made)
  return made
}

type Sent = { sent: JsonObject; answered: Json | null | undefined }

/** Every credential that a body sends, at whatever depth. The answer shows what was read out of a certificate where it is the credential itself. */
const credentialsIn = (value: Json | null | undefined, answered?: Json | null): Sent[] => {
  if (Array.isArray(value)) return value.flatMap((item) => credentialsIn(item))
  if (!isObject(value)) return []
  if (typeof value['pem'] === 'string') return [{ sent: value, answered }]
  return Object.values(value).flatMap((member) => credentialsIn(member))
}

type Contents = { notAfter?: Date; subject?: string }

const contentsOf = ({ sent, answered }: Sent): Contents => {
  if (!isObject(answered)) return {}
  const { expires_at: expires, subject_dn: subject } = answered
  const readsExpiry = sent['credential_type'] === 'x509_cert' || sent['parse_expiry_from_cert'] === true
  return {
    ...(readsExpiry && typeof expires === 'string' ? { notAfter: new Date(expires) } : {}),
    ...(typeof subject === 'string' ? { subject } : {}),
  }
}

/** The PEM placeholders that a cassette's requests use, each with a certificate of ours. */
export const pemsFor = async (interactions: readonly Interaction[]): Promise<Map<string, string>> => {
  const found = new Map<string, Contents>()
  for (const { request, response } of interactions)
    for (const one of credentialsIn(request.body, response.body)) {
      const placeholder = textOf(one.sent['pem'])
      found.set(placeholder, { ...found.get(placeholder), ...contentsOf(one) })
    }
  const authority = await newKeys()
  const made = [...found].map(async ([placeholder, { notAfter, subject }]) => {
    const made = await certificate({
      subject: nameOf(subject ?? 'CN=conformance'),
      key: await keyFor(placeholder),
      authority,
      extensions: [],
      ...(notAfter === undefined ? {} : { notAfter }),
    })
    return [placeholder, `${made.toString('pem')}\n`] as const
  })
  return new Map(await Promise.all(made))
}
