import { codeOf } from '../../domain/shape.ts'

/** Why no answer came, for a person. */
interface Reason {
  /** A clause to put behind a colon. */
  readonly said: string
  readonly remedy: string
}

/** No complete answer came. Nothing of it quotes the request, or the credentials of a proxy. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
  /** Node's code, or one of this folder's. */
  readonly code: string
  readonly said: string
  readonly remedy: string

  /** @param address without a path */
  constructor(address: string, code: string, { said, remedy }: Reason) {
    super(`${address} cannot be reached: ${said}.`)
    this.code = code
    this.said = said
    this.remedy = remedy
  }

  /** Whether all that is missing is a CA that this machine trusts. */
  get isUntrusted(): boolean {
    return reasons[this.code] === unknownCa
  }
}

/** A proxy answered CONNECT with something else than 200. */
export class ProxyRefusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number) {
    super(`The proxy answered ${status}.`)
    this.status = status
    this.code = `PROXY_${status}`
  }
}

const clock = "Check this machine's clock, and who answers at that address."
const address = 'Check the address, and that a firewall or a proxy (HTTPS_PROXY, NO_PROXY) lets this machine through.'
const later = 'Try again; if it stays, look at the network between, and at a proxy (HTTPS_PROXY, NO_PROXY).'

const unknownCa: Reason = {
  said: 'its certificate comes from an authority that this machine does not trust',
  remedy:
    'If a proxy of yours inspects TLS, write its CA into a PEM file and name that in NODE_EXTRA_CA_CERTS, or set ' +
    'NODE_USE_SYSTEM_CA=1 if this machine trusts it, before Nexus starts.',
}
const noTls: Reason = { said: 'it does not speak TLS there', remedy: 'Check the port, and https:// against http://.' }
const tlsVersion: Reason = {
  said: 'both sides have no version of TLS in common',
  remedy: 'Nexus speaks TLS 1.2 and 1.3: allow one of them there, or in the proxy between.',
}
const noTime: Reason = { said: 'it did not answer in time', remedy: later }
const cutOff: Reason = { said: 'the connection was closed before the answer was complete', remedy: later }
const noRoute: Reason = { said: 'there is no route to it', remedy: address }

/** By Node's and undici's codes. Sources: Node's documentation of TLS and errors, OpenSSL's reasons, `undici/lib/core`. */
const reasons: Readonly<Record<string, Reason>> = {
  UNABLE_TO_GET_ISSUER_CERT: unknownCa,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownCa,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownCa,
  SELF_SIGNED_CERT_IN_CHAIN: unknownCa,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownCa,
  CERT_UNTRUSTED: unknownCa,
  CERT_HAS_EXPIRED: { said: 'its certificate has expired', remedy: clock },
  CERT_NOT_YET_VALID: { said: 'its certificate is not valid yet', remedy: clock },
  CERT_REVOKED: { said: 'its certificate has been revoked', remedy: clock },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    said: 'its certificate is for another host name',
    remedy: 'Check the address; DNS or a proxy may lead to another server.',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  ERR_SSL_HTTP_REQUEST: noTls,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: tlsVersion,
  ERR_SSL_UNSUPPORTED_PROTOCOL: tlsVersion,
  ERR_SSL_VERSION_TOO_LOW: tlsVersion,
  ECONNREFUSED: { said: 'the connection was refused', remedy: address },
  ENOTFOUND: { said: 'there is no such host', remedy: 'Check the address, and the DNS of this machine.' },
  EAI_AGAIN: { said: 'the name server did not answer', remedy: 'Check the DNS of this machine.' },
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  ETIMEDOUT: noTime,
  TIMEOUT: noTime,
  UND_ERR_CONNECT_TIMEOUT: noTime,
  UND_ERR_HEADERS_TIMEOUT: noTime,
  UND_ERR_BODY_TIMEOUT: noTime,
  ECONNRESET: cutOff,
  EPIPE: cutOff,
  UND_ERR_SOCKET: cutOff,
  TOO_LONG: { said: 'the answer is longer than any that is expected', remedy: 'Check the address.' },
  PROXY_407: {
    said: 'the proxy asks for a user name and a password (407)',
    remedy: 'Write them into HTTPS_PROXY: http://user:password@host:port, special characters as %XX.',
  },
  PROXY_403: { said: 'the proxy does not allow this address (403)', remedy: 'Have the address allowed there.' },
}

/** What fails before the proxy has answered is the proxy's. */
const ofProxy: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the proxy refused the connection',
  ENOTFOUND: 'there is no host of the name that the proxy should have',
  EAI_AGAIN: 'the name server did not answer for the proxy',
  EHOSTUNREACH: 'there is no route to the proxy',
  ENETUNREACH: 'there is no route to the proxy',
  UND_ERR_CONNECT_TIMEOUT: 'the proxy did not answer in time',
  UND_ERR_PRX_TLS: "the proxy's certificate is for another host name",
  // So undici tells a 407 to a request by http://, and nothing else that can happen here.
  UND_ERR_INVALID_ARG: 'the proxy asks for a user name and a password (407)',
}

const reasonOf = (code: string): Reason => {
  const known = reasons[code]
  if (known !== undefined) return known
  if (code.startsWith('PROXY_'))
    return { said: `the proxy could not connect (${code.slice('PROXY_'.length)})`, remedy: later }
  if (code.startsWith('CERT_')) return { said: `its certificate cannot be verified (${code})`, remedy: clock }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return { said: `the TLS handshake failed (${code})`, remedy: later }
  return { said: `the connection failed (${code})`, remedy: later }
}

/** Causes hang on causes: fetch's "fetch failed" says nothing by itself. */
const deepest = 5

const deepCodeOf = (error: unknown, depth = 0): string | undefined => {
  if (!(error instanceof Error) || depth > deepest) return undefined
  const below: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return deepCodeOf(below, depth + 1) ?? codeOf(error)
}

/**
 * Whatever a call has failed by, in words.
 *
 * @param origin where the call went
 * @param throughProxy whether it went through one
 */
export const unreachable = (error: unknown, origin: string, throughProxy: boolean): Unreachable => {
  const code = deepCodeOf(error) ?? 'UNKNOWN'
  const { said, remedy } = reasonOf(code)
  return new Unreachable(origin, code, { said: (throughProxy ? ofProxy[code] : undefined) ?? said, remedy })
}
