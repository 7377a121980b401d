import { createCipheriv, createHash, randomBytes } from 'node:crypto'
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
  test('opens as what it was, whatever it is', async () => {
    const sealing = sealingWith(newer)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' }), async (bytes, context) => {
        const plain = Buffer.from(bytes)
        expect(await sealing.open(await sealing.seal(plain, context), context)).toEqual(plain)
      }),
    )
  })

  test.each([1_048_575, 1_048_576, 1_048_577, 3_000_000])(
    'of %d bytes too, and others have their turn',
    async (size) => {
      const sealing = sealingWith(newer)
      const plain = randomBytes(size)
      let turns = 0
      const count = setInterval(() => (turns += 1))
      const sealed = await sealing.seal(plain, 'a')
      clearInterval(count)
      expect((await sealing.open(sealed, 'a')).equals(plain)).toBe(true)
      expect(sealed.bytes.length).toBe(size + 28)
      // What the standard library makes of the whole at once opens here as well: earlier versions of Nexus sealed so.
      const cipher = createCipheriv('aes-256-gcm', Buffer.from(newer, 'base64'), Buffer.alloc(12, 1)).setAAD(
        Buffer.from('a'),
      )
      const whole = Buffer.concat([Buffer.alloc(12, 1), cipher.update(plain), cipher.final(), cipher.getAuthTag()])
      expect((await sealing.open({ keyId: sealed.keyId, bytes: whole }, 'a')).equals(plain)).toBe(true)
      expect(turns).toBeGreaterThanOrEqual(size > 2_097_152 ? 1 : 0)
    },
  )

  test('shows nothing of the text or of the key, and is never the same twice', async () => {
    const sealing = sealingWith(newer)
    const [one, other] = await Promise.all([sealing.seal(text, 'a'), sealing.seal(text, 'a')])
    expect(one.bytes.includes(text)).toBe(false)
    expect(one.bytes.includes(Buffer.from(newer, 'base64'))).toBe(false)
    expect(one.bytes.equals(other.bytes)).toBe(false)
    expect(one.bytes.subarray(0, 12).equals(other.bytes.subarray(0, 12))).toBe(false)
    expect(one.keyId).toBe(createHash('sha256').update(Buffer.from(newer, 'base64')).digest('hex').slice(0, 8))
  })

  test('by an older key opens while that key is there; the first one seals', async () => {
    const sealed = await sealingWith(older).seal(text, 'a')
    const rotated = sealingWith(newer, older)
    expect(await rotated.open(sealed, 'a')).toEqual(text)
    const anew = await rotated.seal(text, 'a')
    expect(anew.keyId).toBe(sealingWith(newer).keyId)
    await expect(sealingWith(older).open(anew, 'a')).rejects.toThrow(SealingError)
  })

  test('by a key that is gone says which, and what to do', async () => {
    const sealed = await sealingWith(older).seal(text, 'a')
    const open = sealingWith(newer).open(sealed, 'a')
    await expect(open).rejects.toThrow(SealingError)
    await expect(open).rejects.toThrow(
      `This was sealed with the key ${sealed.keyId}, which is not among terraform.stateKeys; add it back.`,
    )
  })

  test.each([
    { reason: 'another tenant', context: 'other/main/1' },
    { reason: 'another state', context: 'acme/other/1' },
    { reason: 'another version', context: 'acme/main/2' },
    { reason: 'none', context: '' },
  ])('does not open in the place of another: $reason', async ({ context }) => {
    const sealing = sealingWith(newer)
    await expect(sealing.open(await sealing.seal(text, 'acme/main/1'), context)).rejects.toThrow(SealingError)
  })

  test('does not open when any bit of it has changed, or a part of it is gone', async () => {
    const sealing = sealingWith(newer)
    const { keyId, bytes } = await sealing.seal(text, 'a')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const damaged = Buffer.from(bytes)
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      await expect(sealing.open({ keyId, bytes: damaged }, 'a')).rejects.toThrow(SealingError)
    }
    for (let length = 0; length < bytes.length; length += 1)
      await expect(sealing.open({ keyId, bytes: bytes.subarray(0, length) }, 'a')).rejects.toThrow(SealingError)
  })

  test('that does not open says nothing of itself', async () => {
    const sealing = sealingWith(newer)
    const sealed = await sealing.seal(text, 'a')
    await expect(sealing.open(sealed, 'b')).rejects.toThrow(/^What is stored was changed, or belongs elsewhere/)
  })

  test('cannot be made without a key', () => {
    expect(createSealing([])).toBeUndefined()
  })
})
