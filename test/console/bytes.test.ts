import { expect, test } from 'vitest'
import { bytesText } from '../../console/src/ui/bytes.ts'

test.each([
  { bytes: 0, said: '0 B' },
  { bytes: 999, said: '999 B' },
  { bytes: 1014, said: '1 kB' },
  { bytes: 1_450_000, said: '1.5 MB' },
  { bytes: 25_000_000, said: '25 MB' },
  { bytes: 4_000_000_000_000, said: '4,000 GB' },
])('$bytes bytes are $said', ({ bytes, said }) => {
  expect(bytesText(bytes)).toBe(said)
})
