import { defineConfig } from 'vitest/config'

/** Suites that need a database, a queue and a simulated tenant: they run over both kinds of storage. */
const stacked = [
  'test/api/**/*.test.ts',
  'test/worker/**/*.test.ts',
  'test/postgres/**/*.test.ts',
  'test/system/**/*.test.ts',
  'test/terraform/**/*.test.ts',
  'test/generated-clients/**/*.test.ts',
  'test/upgrade/**/*.test.ts',
  'test/fuzz/requests.test.ts',
]

const project = (name: string, include: string[], more: Record<string, unknown> = {}) => ({
  test: { name, include, testTimeout: 30_000, hookTimeout: 120_000, ...more },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('units', ['test/**/*.test.ts'], { exclude: stacked }),
      project('embedded', stacked, { globalSetup: 'test/support/embedded-servers.ts' }),
      project('servers', stacked, { globalSetup: 'test/support/real-servers.ts' }),
    ],
  },
})
