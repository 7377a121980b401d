import { readFileSync, writeFileSync } from 'node:fs'
import { guide, withUrlTable } from './url-reference.ts'

/** Writes the table of rules about URLs into the guide for application teams. A test fails where it is old. */
const file = new URL(`../${guide}`, import.meta.url)
writeFileSync(file, withUrlTable(readFileSync(file, 'utf8')))
