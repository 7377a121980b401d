import { defineConfig } from 'vitest/config'

/** The tests that `npm run mutation` runs, those that reach a place for each change there: fast ones, without a server. */
export default defineConfig({
  test: {
    include: ['test/domain/**/*.test.ts'],
    testTimeout: 30_000,
    env: { NEXUS_TEST_INSTRUMENTED: 'true' },
  },
})
