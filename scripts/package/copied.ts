import { globSync } from 'node:fs'
import { root } from './places.ts'

/** What is in the package as it is in a clone: what the program reads, and what a person does, with all that it links to. */
export const copied = [
  'cli/nexus.mjs',
  'console/dist',
  ...globSync('deploy/{compose,grafana,helm,image,prometheus,systemd}', { cwd: root }),
  'docs',
  'LICENSE',
  'THIRD-PARTY-NOTICES',
  ...globSync('*.md', { cwd: root }),
]
