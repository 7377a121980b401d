import { writeFileSync } from 'node:fs'
import { monitoringFiles } from '../deploy/monitoring/files.ts'

/** Writes what is made of the tables of alerts and of the dashboard. A test fails where a file is old. */
for (const [file, text] of Object.entries(monitoringFiles()))
  writeFileSync(new URL(`../${file}`, import.meta.url), text)
