import { existsSync } from 'node:fs'
import path from 'node:path'

/**
 * The folder with the programs of `python/requirements.txt`; null where they are not installed. In CI they must be: no
 * suite may be skipped there.
 */
export const pythonTools = ((): string | null => {
  const bin = process.env['NEXUS_TEST_PYTHON_BIN'] ?? ''
  if (existsSync(path.join(bin, 'schemathesis')) && bin !== '') return bin
  const remedy =
    'pip install -r test/generated-clients/python/requirements.txt into a virtual environment, and set NEXUS_TEST_PYTHON_BIN to ' +
    'its bin folder.'
  if (process.env['CI'] === 'true') throw new Error(`In CI no suite may be skipped: ${remedy}`)
  console.warn(`\nThe suites that run Python programs are skipped: ${remedy}\n`)
  return null
})()
