import type { TestProject } from 'vitest/node'

/** The servers that a run of the stacked suites works with. */
export interface Servers {
  /** A PostgreSQL whose user may create databases. */
  readonly postgresUrl: string
  /** Null: the queue is kept in PostgreSQL. */
  readonly redisUrl: string | null
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null where a server is missing on this machine. */
    servers: Servers | null
  }
}

/** Hands the servers to the tests; without them the suites are skipped, except in CI, where that is a failure. */
export const provide = (project: TestProject, servers: Servers | { readonly missing: string }): void => {
  if (!('missing' in servers)) {
    project.provide('servers', servers)
    return
  }
  if (process.env['CI'] === 'true') throw new Error(`In CI no suite may be skipped: ${servers.missing}`)
  console.warn(`\nThe suites of the project "${project.name}" are skipped: ${servers.missing}\n`)
  project.provide('servers', null)
}
