import { writeFileSync } from 'node:fs'
import { createProgram } from '../cli/program.ts'
import { referencePage } from './cli-reference.ts'

/** Writes the page of every command. A test fails where it is old. */
writeFileSync(new URL('../docs/reference/cli.md', import.meta.url), referencePage(createProgram()))
