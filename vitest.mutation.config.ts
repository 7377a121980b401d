import { defineConfig } from 'vitest/config'

/** The tests that `npm run mutation` runs for every mutant: those that start no server. */
export default defineConfig({
  test: { include: ['test/domain/**/*.test.ts'] },
})
