import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { bits, boolean, element, integer, octets, oid, pem, sequence, set, time, utf8 } from './der.ts'

export type Certificate = { key: string; cert: string; caFile: string }

const day = 86_400_000
const oids = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
}

const nameOf = (text: string): Buffer => sequence(set(sequence(oid(oids.commonName), utf8(text))))
const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const keyId = (key: KeyObject): Buffer => createHash('sha256').update(spki(key)).digest().subarray(0, 20)

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value))

const groups = (text: string): string[] => text.split(':').filter((group) => group !== '')

const addressBytes = (address: string): Buffer => {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const start = groups(head)
  const end = groups(tail ?? '')
  const whole = [...start, ...Array<string>(8 - start.length - end.length).fill('0'), ...end]
  return Buffer.from(whole.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

// A subject alternative name is tagged 2 for a host name, 7 for an address.
const alternative = (host: string): Buffer =>
  isIP(host) === 0 ? element(0x82, Buffer.from(host)) : element(0x87, addressBytes(host))

type Wanted = {
  /** An encoded name, see `nameOf`. */
  subject: Buffer
  key: KeyObject
  /** P-256. */
  signer: KeyObject
  signerPublic: KeyObject
  extensions: Buffer[]
  /** Default: in a year. */
  notAfter?: Date
}

const issuerName = 'Nexus simulator CA'

/** An X.509 certificate in DER, signed with ECDSA on behalf of the simulator's CA. */
export const certificate = ({ subject, key, signer, signerPublic, extensions, notAfter }: Wanted): Buffer => {
  const algorithm = sequence(oid(oids.ecdsaWithSha256))
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(14)])),
    algorithm,
    nameOf(issuerName),
    // Apple's and Go's verifiers are content with a year; longer than 825 days is refused by some.
    sequence(time(new Date(Date.now() - day)), time(notAfter ?? new Date(Date.now() + 365 * day))),
    subject,
    spki(key),
    element(
      0xa3,
      sequence(
        ...extensions,
        extension(oids.subjectKeyIdentifier, false, octets(keyId(key))),
        extension(oids.authorityKeyIdentifier, false, sequence(element(0x80, keyId(signerPublic)))),
      ),
    ),
  )
  return sequence(body, algorithm, bits(sign('sha256', body, signer)))
}

type Pair = { publicKey: KeyObject; privateKey: KeyObject }
const pair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A CA made for one run: its key is kept nowhere. */
export type Authority = Pair & { pem: string }

export const makeAuthority = (): Authority => {
  const keys = pair()
  const own = certificate({
    subject: nameOf(issuerName),
    key: keys.publicKey,
    signer: keys.privateKey,
    signerPublic: keys.publicKey,
    extensions: [
      extension(oids.basicConstraints, true, sequence(boolean(true), integer(Buffer.from([0])))),
      // keyCertSign and cRLSign
      extension(oids.keyUsage, true, bits(Buffer.from([0b0000_0110]), 1)),
    ],
  })
  return { ...keys, pem: pem('CERTIFICATE', own) }
}

/**
 * A server's certificate with its CA's behind it, and its key.
 *
 * @param hosts names and addresses that it is good for
 * @param notAfter default: in a year
 */
export const serverCertificate = (
  ca: Authority,
  hosts: readonly string[],
  notAfter?: Date,
): Pick<Certificate, 'key' | 'cert'> => {
  const server = pair()
  const own = certificate({
    subject: nameOf(hosts[0] ?? 'localhost'),
    key: server.publicKey,
    signer: ca.privateKey,
    signerPublic: ca.publicKey,
    extensions: [
      extension(oids.basicConstraints, true, sequence()),
      // digitalSignature
      extension(oids.keyUsage, true, bits(Buffer.from([0b1000_0000]), 7)),
      extension(oids.extendedKeyUsage, false, sequence(oid(oids.serverAuth))),
      extension(oids.subjectAltName, false, sequence(...hosts.map(alternative))),
    ],
    ...(notAfter === undefined ? {} : { notAfter }),
  })
  return {
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem('CERTIFICATE', own) + ca.pem,
  }
}

const placeOf = async (options: true | { caFile?: string; directory?: string }): Promise<string> => {
  // Absolute: whoever is told where it is may run elsewhere.
  if (options !== true && options.caFile !== undefined) return resolve(options.caFile)
  const directory = options === true ? undefined : options.directory
  return join(directory ?? (await mkdtemp(join(tmpdir(), 'nexus-simulator-'))), 'simulator-ca.pem')
}

/**
 * A certificate for localhost, 127.0.0.1, ::1 and `host`, from a CA made for this run, whose own key is not kept.
 * Writes the CA's certificate as PEM for NODE_EXTRA_CA_CERTS and SSL_CERT_FILE.
 */
export const makeCertificate = async (
  options: true | { caFile?: string; directory?: string },
  host: string,
): Promise<Certificate> => {
  const ca = makeAuthority()
  const hosts = [...new Set(['localhost', '127.0.0.1', '::1', host])]
  const caFile = await placeOf(options)
  await mkdir(dirname(caFile), { recursive: true })
  await writeFile(caFile, ca.pem)
  return { ...serverCertificate(ca, hosts), caFile }
}
