/** How strong the tests of `domain/` are: it is changed in one place after the other, and a test has to notice. */
export default {
  mutate: ['domain/**/*.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // Texts are for people: which words they say is read in a review, and no test repeats them.
  mutator: { excludedMutations: ['StringLiteral'] },
  // There is no build step, and the preprocessor for one needs the programming interface of an older TypeScript: a file that
  // is not there turns it off.
  tsconfigFile: 'none.json',
  thresholds: { high: 95, low: 90, break: 90 },
  concurrency: 2,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  clearTextReporter: { reportTests: false, reportMutants: true, allowColor: false },
  htmlReporter: { fileName: '.mutation/report.html' },
  jsonReporter: { fileName: '.mutation/report.json' },
  tempDirName: '.mutation/sandbox',
  ignorePatterns: ['**', '!domain/**', '!adapters/limits/**', '!test/domain/**', '!package.json', '!vitest.mutation.config.ts'],
}
