import { fileURLToPath } from 'node:url'
import { readRecords } from '../bench/record.ts'

/** The figures that were measured last, as `npm run bench -- --json docs/performance.json` wrote them. */
export const records = readRecords(fileURLToPath(new URL('../docs/performance.json', import.meta.url)))
