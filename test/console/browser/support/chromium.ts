import { existsSync } from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Names under which systems have it; Playwright's own is not downloaded. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const found = (): string | undefined =>
  process.env['NEXUS_TEST_CHROMIUM'] ??
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => existsSync(file))

/** Whether this machine has a browser. In CI it must. */
export const hasChromium = (): boolean => {
  if (found() !== undefined) return true
  const missing = 'Chromium is missing: apt-get install chromium, or name one in NEXUS_TEST_CHROMIUM.'
  if (process.env['CI'] === 'true') throw new Error(`In CI no suite may be skipped. ${missing}`)
  console.warn(`\nThe suites of the console in a browser are skipped. ${missing}\n`)
  return false
}

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: found() ?? '',
    // Its sandbox needs rights that root in a container does not have.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
