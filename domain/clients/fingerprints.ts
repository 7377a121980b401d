import { textOf } from '../shape.ts'
import type { Formed } from './field-kinds.ts'
import type { Value } from '../vocabulary.ts'

const sha256Digits = 64

/** Pairs of hexadecimal digits, with colons or, where they are as many as SHA-256 has, without. */
const digitsOf = (fingerprint: string): string | undefined => {
  const digits = fingerprint.replaceAll(':', '').toUpperCase()
  const isPaired = /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+$/.test(fingerprint)
  return isPaired || (digits.length === sha256Digits && /^[0-9A-F]+$/.test(digits)) ? digits : undefined
}

const notSha256 =
  'A fingerprint here is not one of SHA-256, which has 32 pairs of digits, so Android will not match it.'

/** Where the same fingerprint, in capitals or not, stands first. */
const firstAs = (written: string, all: readonly string[]): number =>
  all.findIndex((other) => other.toUpperCase() === written.toUpperCase())

/**
 * SHA-256 fingerprints, comma separated, with or without colons: written with them, each once. What Auth0 has already may
 * stay as it is. Auth0 takes fingerprints of other lengths too, and so they are only doubted.
 *
 * @returns also a sentence for each that is none, and one where Android will not match some
 */
export const fingerprintsIn = (text: string, present: Value): Formed => {
  const known = new Set(textOf(present)?.split(','))
  const parts = text.split(',').map((part) => part.trim())
  const read = parts.map((part) => {
    const digits = known.has(part) ? undefined : digitsOf(part)
    return { part, digits, written: digits === undefined ? part : digits.replaceAll(/..(?=.)/g, '$&:') }
  })
  const isNew = ({ part }: { readonly part: string }): boolean => !known.has(part)
  return {
    text: read
      .map(({ written }) => written)
      .filter((written, index, all) => firstAs(written, all) === index)
      .join(','),
    wrong: read
      .filter((one) => isNew(one) && one.digits === undefined)
      .map(
        ({ part }) =>
          `${JSON.stringify(part)} is no fingerprint: pairs of hexadecimal digits with colons, or 64 digits without.`,
      ),
    doubted: read.some(({ digits }) => digits !== undefined && digits.length !== sha256Digits) ? [notSha256] : [],
  }
}
