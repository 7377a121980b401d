import { textOf } from '../shape.ts'
import type { Value } from '../vocabulary.ts'

const hexOf = (fingerprint: string): string | undefined => {
  const hex = fingerprint.replaceAll(':', '').toUpperCase()
  return /^[0-9A-F]{64}$/.test(hex) ? hex : undefined
}

/**
 * SHA-256 fingerprints, comma separated, with or without colons: written with them. What Auth0 has already may stay as it
 * is.
 *
 * @returns also a sentence for each that is none
 */
export const fingerprintsIn = (
  text: string,
  present: Value,
): { readonly text: string; readonly wrong: readonly string[] } => {
  const known = new Set(textOf(present)?.split(','))
  const parts = text.split(',').map((part) => part.trim())
  const read = parts.map((part) => ({ part, hex: known.has(part) ? undefined : hexOf(part) }))
  return {
    text: read.map(({ part, hex }) => (hex === undefined ? part : hex.replaceAll(/..(?=.)/g, '$&:'))).join(','),
    wrong: read
      .filter(({ part, hex }) => hex === undefined && !known.has(part))
      .map(
        ({ part }) =>
          `${JSON.stringify(part)} is no SHA-256 fingerprint: 64 hexadecimal digits, with or without colons.`,
      ),
  }
}
