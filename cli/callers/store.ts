import type { z } from 'zod'
import { configuredView, registeredView } from '../../api/callers/caller-view.ts'
import { configuredCallers } from '../../adapters/config/configured-callers.ts'
import type { ConfiguredCaller } from '../../adapters/config/configured-callers.ts'
import { loadConfiguration } from '../../adapters/config/load.ts'
import { issue } from '../../adapters/credentials/issue.ts'
import type { AuditDraft } from '../../adapters/postgres/audit-draft.ts'
import type { CallerRow, CallersOfKind } from '../../adapters/postgres/callers.ts'
import type { ConfiguredUses } from '../../adapters/postgres/configured-uses.ts'
import { callerChange, newCaller } from '../../domain/access/caller-requests.ts'
import { retire, revoke, rotate } from '../../domain/access/registered.ts'
import type { Registered } from '../../domain/access/registered.ts'
import { withCallerStore } from '../../process/with-store.ts'
import { Failure } from '../failure.ts'
import { operatorRecord } from '../operator.ts'
import { printError } from '../terminal/print.ts'
import { CallerView } from './door.ts'
import type { CallersDoor, Kind } from './door.ts'

interface Store {
  readonly callers: CallersOfKind
  readonly uses: Pick<ConfiguredUses, 'of'>
  readonly configured: readonly ConfiguredCaller[]
  readonly tenantIds: readonly string[]
}

/** In the store of a configuration, without an administrator: an operator makes the first one. */
export const withDoorOfStore = async <T>(
  kind: Kind,
  file: string | undefined,
  work: (door: CallersDoor) => Promise<T>,
): Promise<T> => {
  const configuration = loadConfiguration({ file, env: process.env })
  return withCallerStore(configuration, printError, (callers, uses) =>
    work(
      doorOfStore(kind, {
        callers: callers[kind.kind],
        uses,
        configured: configuredCallers(configuration)[kind.kind],
        tenantIds: configuration.tenants.map(({ id }) => id),
      }),
    ),
  )
}

const doorOfStore = (kind: Kind, store: Store): CallersDoor => {
  const { callers, uses, configured, tenantIds } = store
  const viewOf = (row: CallerRow, shadowed = false): CallerView =>
    CallerView.parse(registeredView(kind.kind, row, shadowed))
  /** @throws Failure where the database has none of that name */
  const changed = async (
    name: string,
    does: 'change' | 'rotate' | 'retire' | 'revoke',
    decide: (entry: Registered, now: Date) => Registered,
  ): Promise<CallerRow> => {
    const row = await callers.change(name, decide, recordOf(kind, does, name))
    if (row !== undefined) return row
    if (configured.some((one) => one.name === name))
      throw new Failure(
        `The ${kind.what} ${name} is in the configuration file: change it there, and restart.`,
        'refused',
      )
    throw new Failure(`There is no ${kind.what} ${name}. To list them: nexus ${kind.command} list`, 'not-found')
  }
  return {
    list: async () => {
      const names = new Set(configured.map(({ name }) => name))
      const used = await uses.of(kind.kind)
      return [
        ...configured.map((one) => CallerView.parse(configuredView(kind.kind, one, used))),
        ...(await callers.list()).map((row) => viewOf(row, names.has(row.entry.name))),
      ]
    },
    create: async (body) => {
      const asked = read(newCaller[kind.kind], body)
      const { name, grant } = asked
      refuseUnknownTenants(grant.tenants, tenantIds)
      if (configured.some((one) => one.name === name))
        throw new Failure(
          `The configuration has ${kind.one} ${name}; names are unique across both. Choose another.`,
          'refused',
        )
      const { secret, hash } = issue[kind.kind]()
      const made = await callers.create({ ...asked, hash, createdBy: null }, recordOf(kind, 'create', name))
      if (made === undefined)
        throw new Failure(`There is, or was, ${kind.one} ${name}. Choose another name, or rotate it.`, 'refused')
      return { view: viewOf(made), secret }
    },
    change: async (name, body) => {
      const change = read(callerChange[kind.kind], body)
      const row = await changed(name, 'change', (entry, now) => {
        const next = stillThere(kind, entry, change(entry, now))
        refuseUnknownTenants(next.grant.tenants, tenantIds)
        return next
      })
      return viewOf(row)
    },
    rotate: async (name, overlapSeconds) => {
      const { secret, hash } = issue[kind.kind]()
      const row = await changed(name, 'rotate', (entry, now) => {
        const next = rotate(entry, hash, overlapSeconds, now)
        if (next !== 'rotation-under-way') return stillThere(kind, entry, next)
        throw new Failure(
          `The ${kind.secret} before the present one is still valid, and two is the most. Retire it first ` +
            `(nexus ${kind.command} retire ${name}), or rotate with --overlap 0, which ends both.`,
          'refused',
        )
      })
      return { view: viewOf(row), secret }
    },
    retire: async (name) => viewOf(await changed(name, 'retire', (entry) => stillThere(kind, entry, retire(entry)))),
    revoke: async (name) => void (await changed(name, 'revoke', revoke)),
  }
}

/** What a command does in the store is recorded as what the API does. */
const recordOf = (
  { kind }: Kind,
  what: 'create' | 'change' | 'rotate' | 'retire' | 'revoke',
  name: string,
): AuditDraft => operatorRecord(`${kind === 'application' ? 'token' : 'account'}.${what}`, null, name)

const stillThere = ({ what }: Kind, entry: Registered, next: Registered): Registered => {
  if (entry.revokedAt === null) return next
  throw new Failure(`The ${what} ${entry.name} was revoked, which is final. Create another one.`, 'refused')
}

const refuseUnknownTenants = (tenants: readonly string[] | '*', known: readonly string[]): void => {
  const unknown = tenants === '*' ? [] : tenants.filter((id) => !known.includes(id))
  if (unknown.length > 0)
    throw new Failure(
      `There is no tenant ${unknown.join(', ')} in the configuration; it has ${known.join(', ')}.`,
      'not-found',
    )
}

/** @throws Failure that names every mistake */
const read = <T>(schema: z.ZodType<T>, raw: unknown): T => {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `  - ${path.join('.')}: ${message}`)
  throw new Failure(['These values are not allowed:', ...new Set(lines)].join('\n'), 'usage')
}
