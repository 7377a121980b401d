import type { Unreachable } from '../http/unreachable.ts'

/** A server of http cannot read what https begins with. */
const speaksHttp = (url: string): string => `it does not speak https. Try ${url.replace(/^https:/, 'http:')}.`

/** A server of https says nothing to who speaks http. */
const maySpeakHttps = (url: string): string | undefined =>
  url.startsWith('http:')
    ? `it ended the connection without an answer. Perhaps it speaks https: try ${url.replace(/^http:/, 'https:')}.`
    : undefined

/** What is true of Nexus' own address beside what is true of any, by code. @returns undefined where the other text does */
const reasons: Readonly<Record<string, (url: string) => string | undefined>> = {
  ECONNREFUSED: () => 'nothing listens there. Check the URL (--url or NEXUS_URL), and that Nexus is running.',
  ERR_SSL_WRONG_VERSION_NUMBER: speaksHttp,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: speaksHttp,
  ECONNRESET: maySpeakHttps,
  EPIPE: maySpeakHttps,
  UND_ERR_SOCKET: maySpeakHttps,
  HPE_INVALID_CONSTANT: maySpeakHttps,
}

/** Why no answer came, and what to do. */
export const reasonOf = ({ code, said, remedy }: Unreachable, url: string): string =>
  reasons[code]?.(url) ?? `${said}. ${remedy}`
