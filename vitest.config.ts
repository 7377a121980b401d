import { defineConfig } from 'vitest/config'

/** Suites that need a database, a queue and a simulated tenant. */
const stacked = [
  'test/api/**/*.test.ts',
  'test/console/browser/**/*.test.ts',
  'test/worker/**/*.test.ts',
  'test/postgres/**/*.test.ts',
  'test/system/**/*.test.ts',
  'test/terraform/**/*.test.ts',
  'test/generated-clients/**/*.test.ts',
  'test/upgrade/**/*.test.ts',
  'test/fuzz/requests.test.ts',
]

/**
 * Of these, the long ones for which it does not matter where the queue is, and which ask of the database nothing that
 * another suite does not ask: they run over the embedded storage, which everybody has. All others run over both kinds.
 */
const storageIndifferent = [
  // What HTTP, a terminal or somebody else's program gets to see.
  'test/api/http/{boundaries,headers,json,lengths,matrix,matrix-edges,prefer,problems,security-headers,strangers,threads}.test.ts',
  'test/api/docs/**/*.test.ts',
  'test/api/console/attacks/{issuer,origin,sign-in}.test.ts',
  'test/generated-clients/**/*.test.ts',
  'test/system/{callers,clients-command,ending,look,reload,terminal,watch}.test.ts',
  'test/terraform/{action,commands}/**/*.test.ts',
  'test/terraform/{fresh,holders,made,named,program,secrets,synthesis}.test.ts',
  'test/fuzz/requests.test.ts',
  // What a browser shows. Signing in, saving and a conflict are seen over both; `npm run verify` sees everything over both.
  ...(process.env['NEXUS_TEST_CONSOLE'] === 'everywhere'
    ? []
    : ['test/console/browser/!(sign-in|save|conflict).test.ts']),
  // One statement at a time, on rows that no queue touches.
  'test/postgres/{budgets,heard,pacer,statements}.test.ts',
  'test/upgrade/{migrate-command,newer-schema}.test.ts',
  'test/api/clients/starve.test.ts',
]

/** Several processes on the storage of production. */
const onServersOnly = ['test/upgrade/rolling/**/*.test.ts']

const builtConsole = 'test/console/browser/support/built.ts'

/** What is waited for may take as long as on a slow machine: how soon something must be there, a test says itself. */
const waits = { testTimeout: 30_000, hookTimeout: 120_000, expect: { poll: { timeout: 10_000 } } }

const project = (name: string, include: string[], more: Record<string, unknown> = {}) => ({
  test: { name, include, ...waits, ...more },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('units', ['test/**/*.test.ts'], { exclude: stacked }),
      project('embedded', stacked, {
        globalSetup: ['test/support/embedded-servers.ts', builtConsole],
        exclude: onServersOnly,
      }),
      project('servers', stacked, {
        globalSetup: ['test/support/real-servers.ts', builtConsole],
        exclude: storageIndifferent,
      }),
    ],
  },
})
