import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSealing, SealingError } from '../../adapters/sealing/sealing.ts'
import type { Sealing } from '../../adapters/sealing/sealing.ts'

const key = (): string => randomBytes(32).toString('base64')
const sealingWith = (...keys: string[]): Sealing => {
  const sealing = createSealing(keys)
  if (sealing === undefined) throw new Error('There is a key.')
  return sealing
}

const [older, newer] = [key(), key()]
const text = Buffer.from('canary-secret')

describe('a sealed text', () => {
  test('opens as what it was, whatever it is', () => {
    const sealing = sealingWith(newer)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' }), (bytes, context) => {
        const plain = Buffer.from(bytes)
        expect(sealing.open(sealing.seal(plain, context), context)).toEqual(plain)
      }),
    )
  })

  test('shows nothing of the text or of the key, and is never the same twice', () => {
    const sealing = sealingWith(newer)
    const [one, other] = [sealing.seal(text, 'a'), sealing.seal(text, 'a')]
    expect(one.bytes.includes(text)).toBe(false)
    expect(one.bytes.includes(Buffer.from(newer, 'base64'))).toBe(false)
    expect(one.bytes.equals(other.bytes)).toBe(false)
    expect(one.bytes.subarray(0, 12).equals(other.bytes.subarray(0, 12))).toBe(false)
    expect(one.keyId).toBe(createHash('sha256').update(Buffer.from(newer, 'base64')).digest('hex').slice(0, 8))
  })

  test('by an older key opens while that key is there; the first one seals', () => {
    const sealed = sealingWith(older).seal(text, 'a')
    const rotated = sealingWith(newer, older)
    expect(rotated.open(sealed, 'a')).toEqual(text)
    expect(rotated.seal(text, 'a').keyId).toBe(sealingWith(newer).keyId)
    expect(() => sealingWith(older).open(rotated.seal(text, 'a'), 'a')).toThrow(SealingError)
  })

  test('by a key that is gone says which, and what to do', () => {
    const sealed = sealingWith(older).seal(text, 'a')
    const open = () => sealingWith(newer).open(sealed, 'a')
    expect(open).toThrow(SealingError)
    expect(open).toThrow(
      `This was sealed with the key ${sealed.keyId}, which is not among terraform.stateKeys; add it back.`,
    )
  })

  test.each([
    { reason: 'another tenant', context: 'other/main/1' },
    { reason: 'another state', context: 'acme/other/1' },
    { reason: 'another version', context: 'acme/main/2' },
    { reason: 'none', context: '' },
  ])('does not open in the place of another: $reason', ({ context }) => {
    const sealing = sealingWith(newer)
    expect(() => sealing.open(sealing.seal(text, 'acme/main/1'), context)).toThrow(SealingError)
  })

  test('does not open when any bit of it has changed, or a part of it is gone', () => {
    const sealing = sealingWith(newer)
    const { keyId, bytes } = sealing.seal(text, 'a')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const damaged = Buffer.from(bytes)
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(() => sealing.open({ keyId, bytes: damaged }, 'a')).toThrow(SealingError)
    }
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => sealing.open({ keyId, bytes: bytes.subarray(0, length) }, 'a')).toThrow(SealingError)
  })

  test('that does not open says nothing of itself', () => {
    const sealing = sealingWith(newer)
    const sealed = sealing.seal(text, 'a')
    expect(() => sealing.open(sealed, 'b')).toThrow(/^What is stored was changed, or belongs elsewhere/)
  })

  test('cannot be made without a key', () => {
    expect(createSealing([])).toBeUndefined()
  })
})
