/** When a change of a setting takes effect: with the next reload, or with the next start. */
export type Effect = 'reload' | 'restart'

interface Setting {
  readonly effect: Effect
  /** What else an operator should know. */
  readonly remark?: string
}

/**
 * Every setting of the configuration file, by its path there. A path stands for everything below it that has no line of its
 * own; `[]` is an element of a list. Whoever adds a setting says here when it takes effect.
 */
export const settings: Readonly<Record<string, Setting>> = {
  'server.host': { effect: 'restart' },
  'server.port': { effect: 'restart' },
  'server.metricsPort': { effect: 'restart' },
  server: { effect: 'reload' },
  database: { effect: 'restart' },
  redis: { effect: 'restart' },
  'worker.concurrency': { effect: 'restart' },
  worker: { effect: 'reload' },
  log: { effect: 'reload', remark: 'unless `--log-level` or `NEXUS_LOG_LEVEL` is given' },
  audit: { effect: 'reload', remark: 'with two roles, records of the audit follow with `nexus migrate`' },
  changes: { effect: 'reload' },
  events: { effect: 'reload' },
  limits: { effect: 'reload', remark: 'counts of callers begin anew if their limit changes' },
  terraform: { effect: 'reload' },
  console: { effect: 'reload' },
  tenants: { effect: 'restart', remark: 'a tenant that is new or removed' },
  'tenants[]': { effect: 'reload', remark: 'everything about a tenant: credential, plan, policies, states' },
  issuers: { effect: 'reload' },
  applicationTokens: { effect: 'reload' },
  serviceAccounts: { effect: 'reload' },
}

/** When a setting takes effect. @param path such as `tenants[].plan`, without names of elements */
export const effectOf = (path: string): Effect => {
  for (let place = path; place !== ''; place = above(place)) {
    const setting = settings[place]
    if (setting !== undefined) return setting.effect
  }
  return 'restart'
}

/** The path without its last part. */
const above = (path: string): string =>
  path.endsWith('[]') ? path.slice(0, -2) : path.slice(0, Math.max(0, path.lastIndexOf('.')))
