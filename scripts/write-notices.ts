import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { notices } from './package/notices.ts'
import { root } from './package/places.ts'

/** Writes THIRD-PARTY-NOTICES from what is in the package. A test fails where it is old. */
execFileSync(process.execPath, ['scripts/console.mjs'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
writeFileSync(path.join(root, 'THIRD-PARTY-NOTICES'), notices())
