/**
 * How strong the tests of `domain/` are: it is changed in one place after the other, and a test has to notice. A run takes
 * a quarter of an hour on two cores; one folder: `npm run mutation -- --mutate 'domain/changes/**'`.
 */
export default {
  mutate: ['domain/**/*.ts'],
  // Texts are for people: what they say is judged by readers, and a test that repeats them holds nothing.
  mutator: { excludedMutations: ['StringLiteral'] },
  thresholds: { high: 95, low: 90, break: 90 },

  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Longer than a busy machine makes anybody wait: what takes longer does not end.
  timeoutMS: 10_000,
  // There is nothing to build. A file that is not there keeps Stryker from reading `tsconfig.json`, for which it would need
  // the programming interface of an older TypeScript.
  tsconfigFile: 'none',

  // What is copied and run: the sources, and what tests of `domain/` read.
  ignorePatterns: [
    '**',
    '!**/*.ts',
    '!package.json',
    '!docs/reference/schema.sql',
    'packages',
    'node_modules',
    '.mutation',
  ],
  tempDirName: '.mutation/sandbox',
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  clearTextReporter: { reportTests: false, allowColor: false },
  htmlReporter: { fileName: '.mutation/report.html' },
  jsonReporter: { fileName: '.mutation/report.json' },
}
