import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { secrets } from '../../scripts/tables/secrets-table.ts'
import { writtenSettings } from '../config/written-settings.ts'

const root = path.join(import.meta.dirname, '..', '..')
const guide = readFileSync(path.join(root, 'docs/guides/run-it-for-real.md'), 'utf8')

/** What sounds like a secret, and is none. */
const harmless: Readonly<Record<string, string>> = {
  'server.publicUrl': 'how callers reach the API',
  'console.publicUrl': 'how browsers reach it',
  'issuers[].jwksUrl': 'public keys',
  'tenants[].metadataKeys.client_upn_key': 'a name in client_metadata',
}

describe('the secrets of the guide to production', () => {
  const settings = writtenSettings()
  const marked = settings.filter(({ isSecret }) => isSecret).map(({ path: setting }) => setting)

  test('are all that the configuration can hold', () => {
    expect(marked.length).toBeGreaterThan(10)
    expect(secrets.flatMap(({ settings: held = [] }) => held).toSorted()).toEqual(marked.toSorted())
    expect(marked.filter((setting) => !guide.includes(`\`${setting}\``))).toEqual([])
  })

  test('the configuration marks what sounds like one', () => {
    const sounding = settings
      .map(({ path: setting }) => setting)
      .filter((setting) => /(?:secret|password|token|keys?|hash|sha256|url)(?:\[\])?$/i.test(setting))
    expect(sounding.filter((setting) => !marked.includes(setting)).toSorted()).toEqual(Object.keys(harmless).toSorted())
  })
})

test('every runbook is in the table of the guide to production', () => {
  const pages = globSync('docs/runbooks/*.md', { cwd: root })
  expect(pages.length).toBeGreaterThan(10)
  expect(pages.filter((page) => !guide.includes(`](../runbooks/${path.basename(page)})`))).toEqual([])
})
