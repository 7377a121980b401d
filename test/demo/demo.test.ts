import { execFile } from 'node:child_process'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { chapters } from '../../demo/chapters.ts'

const root = path.join(import.meta.dirname, '..', '..')

interface Ended {
  readonly status: number
  readonly output: string
}

/** The demo as a person starts it. Never fails: how it ended is the answer. */
const demo = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['cli/nexus.mjs', 'demo', ...args],
      { cwd: root, timeout: 90_000, env: { ...process.env, FORCE_COLOR: undefined } },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, output: stdout + stderr }),
    )
  })

describe('the demo', { timeout: 120_000 }, () => {
  let ended: Ended
  beforeAll(async () => {
    ended = await demo('--once')
  })

  test('ends with 0: everything was as it should be', () => {
    expect(ended).toMatchObject({ status: 0 })
    expect(ended.output).toMatch(
      new RegExp(`✓ Everything was as it should be: ${chapters.length} chapters, \\d+ checks`),
    )
    expect(ended.output).not.toContain('✗')
  })

  test.each(chapters.map(({ title }, index) => [index + 1, title]))('plays chapter %i: %s', (number, title) => {
    expect(ended.output).toContain(`${number}  ${title}`)
  })

  test.each([
    ['what is asked', 'PATCH /v1/tenants/acme/clients/invoices-web   as Ann (auth0|ann)'],
    ['what is answered', '← 200 OK'],
    ['what Auth0 has got', '     + https://beta.invoices.acme.example/callback'],
    ['what Auth0 has lost', '     - https://beta.invoices.acme.example/callback'],
    ['why somebody is refused', '← 403 Forbidden'],
    ['where the mistakes are', '/callbackUrls/2'],
    ['that a change can be waited for elsewhere', 'nexus-sync: pending'],
  ])('shows %s', (_what, line) => {
    expect(ended.output).toContain(line)
  })

  test('shows no colours where nobody sees them, and no secret', () => {
    // oxlint-disable-next-line no-control-regex -- escape sequences are what this looks for
    expect(ended.output).not.toMatch(/\u001b|client_secret|nexus-demo-secret/)
  })

  test.each([
    ['--help', 0, 'Usage: nexus demo'],
    ['--sideways', 64, "unknown option '--sideways'"],
    ['--port=70000', 64, 'It must be a whole number from 0 to 65535.'],
  ])('%s ends with %i', async (option, status, text) => {
    const { output, ...rest } = await demo(option)
    expect(rest).toEqual({ status })
    expect(output).toContain(text)
  })
})
