import { isRecord, recordOf, textOf, textsOf } from '../../domain/shape.ts'
import { isLoopback, withoutSlashes } from '../../domain/texts/web-address.ts'
import type { ConsoleConfiguration, IssuerConfiguration } from './configuration.ts'
import { duration, mapping, sealingKeys, secret, text, url } from './parts.ts'
import { didYouMean } from './problems.ts'
import type { Finding } from './problems.ts'
import type { z } from 'zod'

/** What can be written under `console`, and what must hold between that and the rest of the file. */

export const consoleSettings = mapping({
  issuer: text('the issuer that people sign in at: one of issuers'),
  clientId: text("the client id of the console's application at the issuer"),
  clientSecret: secret(text('its client secret, best as ${A_VARIABLE}')),
  audience: text('the audience that the tokens of the console are for').optional(),
  applicationToken: secret(text('the application token that the console calls the API with, best as ${A_VARIABLE}')),
  publicUrl: url('a URL that starts with https://', ['https:', 'http:']).transform(
    // As browsers write it, so that addresses can be compared.
    (address) => withoutSlashes(URL.parse(address)?.href ?? address),
  ),
  sessionKeys: sealingKeys,
  idle: duration('5m', '24h').default(1_800_000),
  atMost: duration('15m', '7d').default(43_200_000),
})

/** The settings with their defaults; the audience is the first of the issuer's. */
export const toConsole = (
  { idle, atMost, audience, ...rest }: z.output<typeof consoleSettings>,
  issuers: readonly Pick<IssuerConfiguration, 'issuer' | 'audience'>[],
): ConsoleConfiguration => ({
  ...rest,
  audience: audience ?? issuers.find(({ issuer }) => issuer === rest.issuer)?.audience[0] ?? '',
  idleMs: idle,
  atMostMs: atMost,
})

const wrong = (member: string, isWrong: boolean, message: string): Finding[] =>
  isWrong ? [{ path: ['console', member], message }] : []

/** A finding for each thing of the console that does not fit the rest of the file. */
export const consoleFindings = (raw: unknown, issuers: readonly Readonly<Record<string, unknown>>[]): Finding[] => {
  if (!isRecord(raw)) return []
  const given = recordOf(raw)
  const issuer = textOf(given['issuer']) ?? ''
  const audience = textOf(given['audience']) ?? ''
  const keys: readonly unknown[] | undefined = Array.isArray(given['sessionKeys']) ? given['sessionKeys'] : undefined
  const names = issuers.flatMap((one) => textOf(one['issuer']) ?? [])
  const ofIssuer = recordOf(issuers.find((one) => one['issuer'] === issuer))['audience']
  const audiences = textsOf(ofIssuer) ?? [textOf(ofIssuer) ?? []].flat()
  const address = URL.parse(textOf(given['publicUrl']) ?? '')
  return [
    ...wrong(
      'issuer',
      issuer !== '' && !names.includes(issuer),
      `This is none of issuers: its tokens would be refused.${didYouMean(issuer, names)}`,
    ),
    ...wrong(
      'audience',
      audience !== '' && names.includes(issuer) && !audiences.includes(audience),
      `This is none of the issuer's audiences: its tokens would be refused.${didYouMean(audience, audiences)}`,
    ),
    ...wrong(
      'sessionKeys',
      keys !== undefined && keys.every((key) => key === null),
      'Give at least one key: `openssl rand -base64 32` makes one.',
    ),
    ...wrong(
      'publicUrl',
      address?.protocol === 'http:' && !isLoopback(address.hostname),
      'This must start with https://: over http:// a session could be stolen. http:// is for this machine only (127.0.0.1, localhost).',
    ),
    ...wrong(
      'publicUrl',
      address !== null && (address.search !== '' || address.hash !== '' || address.username !== ''),
      'This must be a plain address, such as https://nexus.example.com, with a path perhaps, and nothing else.',
    ),
  ]
}
