// The library makes its parts by decorators, for which it wants this one loaded before it.
import 'reflect-metadata'
import { KeyObject, type webcrypto } from 'node:crypto'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
  type JsonName,
  type PublicKeyType,
  type X509Certificate,
} from '@peculiar/x509'

export type Certificate = { key: string; cert: string; caFile: string }

const day = 86_400_000
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A pair of keys, P-256. */
export const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

const issuer: JsonName = [{ CN: ['Nexus simulator CA'] }]

type Wanted = {
  subject: JsonName
  key: PublicKeyType
  authority: webcrypto.CryptoKeyPair
  extensions: Extension[]
  /** Default: in a year. */
  notAfter?: Date
}

/** A certificate that the simulator's CA has signed. */
export const certificate = async ({
  subject,
  key,
  authority,
  extensions,
  notAfter,
}: Wanted): Promise<X509Certificate> =>
  X509CertificateGenerator.create({
    subject,
    issuer,
    publicKey: key,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    // Apple's and Go's verifiers are content with a year; longer than 825 days is refused by some.
    notBefore: new Date(Date.now() - day),
    notAfter: notAfter ?? new Date(Date.now() + 365 * day),
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(key),
      await AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  })

const pemOf = (made: X509Certificate): string => `${made.toString('pem')}\n`

/** A CA made for one run: its key is kept nowhere. */
export type Authority = { keys: webcrypto.CryptoKeyPair; pem: string }

export const makeAuthority = async (): Promise<Authority> => {
  const keys = await newKeys()
  const own = await certificate({
    subject: issuer,
    key: keys.publicKey,
    authority: keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  return { keys, pem: pemOf(own) }
}

/**
 * A server's certificate with its CA's behind it, and its key.
 *
 * @param hosts names and addresses that it is good for
 * @param notAfter default: in a year
 */
export const serverCertificate = async (
  ca: Authority,
  hosts: readonly string[],
  notAfter?: Date,
): Promise<Pick<Certificate, 'key' | 'cert'>> => {
  const server = await newKeys()
  const own = await certificate({
    subject: [{ CN: [hosts[0] ?? 'localhost'] }],
    key: server.publicKey,
    authority: ca.keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
    ],
    ...(notAfter === undefined ? {} : { notAfter }),
  })
  return {
    key: KeyObject.from(server.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pemOf(own) + ca.pem,
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
  const ca = await makeAuthority()
  const hosts = [...new Set(['localhost', '127.0.0.1', '::1', host])]
  const caFile = await placeOf(options)
  await mkdir(dirname(caFile), { recursive: true })
  await writeFile(caFile, ca.pem)
  return { ...(await serverCertificate(ca, hosts)), caFile }
}
