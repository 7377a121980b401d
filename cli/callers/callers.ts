import type { z } from 'zod'
import { configuredView, registeredView } from '../../api/callers/caller-view.ts'
import { configuredCallers } from '../../adapters/config/configured-callers.ts'
import type { ConfiguredCaller } from '../../adapters/config/configured-callers.ts'
import { loadConfiguration } from '../../adapters/config/load.ts'
import { issue } from '../../adapters/credentials/issue.ts'
import type { AuditDraft } from '../../adapters/postgres/audit.ts'
import type { CallerRow, CallersOfKind } from '../../adapters/postgres/callers.ts'
import { newCaller } from '../../domain/access/caller-requests.ts'
import { retire, revoke, rotate, usualOverlap } from '../../domain/access/registered.ts'
import type { Registered, RegisteredKind } from '../../domain/access/registered.ts'
import { Failure } from '../failure.ts'
import { operatorRecord } from '../operator.ts'
import { withCallerStore } from '../../process/with-store.ts'
import { tableLines } from '../terminal/table.ts'
import type { Column } from '../terminal/table.ts'
import { print, printError, printJson } from '../terminal/print.ts'

/** What differs between the two kinds, in words. */
export interface Kind {
  readonly kind: RegisteredKind
  readonly command: string
  readonly what: string
  readonly secret: 'token' | 'password'
  readonly how: string
  readonly permission: string
  readonly example: string
}

export interface Flags {
  readonly config?: string
  readonly json?: boolean
  readonly tenant?: readonly string[]
  readonly permission?: readonly string[]
  readonly role?: readonly string[]
  readonly product?: readonly string[]
  readonly state?: readonly string[]
  readonly expiresAt?: string
  readonly overlap?: number
}

interface Store {
  readonly callers: CallersOfKind
  readonly configured: readonly ConfiguredCaller[]
  readonly tenantIds: readonly string[]
}

const withCallers = async ({ kind }: Kind, { config }: Flags, work: (store: Store) => Promise<void>): Promise<void> => {
  const configuration = loadConfiguration({ file: config, env: process.env })
  await withCallerStore(configuration, printError, (store) =>
    work({
      callers: store[kind],
      configured: configuredCallers(configuration)[kind],
      tenantIds: configuration.tenants.map(({ id }) => id),
    }),
  )
}

/** What a command does past the API is recorded as what the API does. */
const recordOf = ({ kind }: Kind, what: 'create' | 'rotate' | 'retire' | 'revoke', name: string): AuditDraft =>
  operatorRecord(`${kind === 'application' ? 'token' : 'account'}.${what}`, null, name)

export const list = (kind: Kind, flags: Flags): Promise<void> =>
  withCallers(kind, flags, async ({ callers, configured }) => {
    const names = new Set(configured.map(({ name }) => name))
    const views = [
      ...configured.map((one) => configuredView(kind.kind, one)),
      ...(await callers.list()).map((one) => registeredView(kind.kind, one, names.has(one.entry.name))),
    ]
    if (flags.json === true) printJson({ [kind.command]: views })
    else if (views.length === 0) print(`There are no ${kind.command}. Make one: nexus ${kind.command} create --help`)
    else print(tableLines(columns, views, process.stdout.columns).join('\n'))
  })

type View = ReturnType<typeof configuredView> | ReturnType<typeof registeredView>

const some = (values: readonly string[] | '*' | null, all: string): string =>
  values === null || values === '*' ? all : values.join(' ') || 'none'

const columns: readonly Column<View>[] = [
  { title: 'NAME', cell: ({ name }) => name, whole: true },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'FROM', cell: ({ source }) => source },
  { title: 'TENANTS', cell: ({ tenants }) => some(tenants, 'all') },
  { title: 'PERMISSIONS', cell: ({ permissions }) => some(permissions, 'no ceiling') },
  { title: 'LAST USED', cell: ({ secret }) => secret?.lastUsedAt ?? '-' },
  { title: 'EXPIRES', cell: ({ expiresAt }) => expiresAt ?? '-' },
]

export const create = (kind: Kind, name: string, flags: Flags): Promise<void> => {
  const { tenant = [], permission, role, product, state, expiresAt } = flags
  const asked = read(newCaller[kind.kind], {
    name,
    tenants: tenant.includes('*') ? '*' : tenant,
    permissions: permission,
    ...(kind.kind === 'account' ? { roles: role } : {}),
    products: product,
    terraformStates: state,
    expiresAt,
  })
  return withCallers(kind, flags, async ({ callers, configured, tenantIds }) => {
    const unknown = tenant.filter((id) => id !== '*' && !tenantIds.includes(id))
    if (unknown.length > 0)
      throw new Failure(
        `There is no tenant ${unknown.join(', ')} in the configuration; it has ${tenantIds.join(', ')}.`,
        'not-found',
      )
    if (configured.some((one) => one.name === name))
      throw new Failure(
        `The configuration has a ${kind.what} ${name}; names are unique across both. Choose another.`,
        'refused',
      )
    const { secret, hash } = issue[kind.kind]()
    const made = await callers.create({ ...asked, hash, createdBy: null }, recordOf(kind, 'create', name))
    if (made === undefined)
      throw new Failure(`There is, or was, a ${kind.what} ${name}. Choose another name, or rotate it.`, 'refused')
    show(kind, flags, made, secret, 'is made')
  })
}

export const rotateSecret = (kind: Kind, name: string, flags: Flags): Promise<void> =>
  change(kind, name, flags, async (callers) => {
    const { secret, hash } = issue[kind.kind]()
    const overlap = flags.overlap ?? usualOverlap
    const rotated = await callers.change(
      name,
      (entry, now) => {
        const next = rotate(entry, hash, overlap, now)
        if (next !== 'rotation-under-way') return stillThere(kind, entry, next)
        throw new Failure(
          `The ${kind.secret} before the present one is still valid, and two is the most. Retire it first ` +
            `(nexus ${kind.command} retire ${name}), or rotate with --overlap 0, which ends both.`,
          'refused',
        )
      },
      recordOf(kind, 'rotate', name),
    )
    if (rotated !== undefined) show(kind, flags, rotated, secret, 'is rotated')
    return rotated
  })

const stillThere = ({ what }: Kind, entry: Registered, next: Registered): Registered => {
  if (entry.revokedAt === null) return next
  throw new Failure(`The ${what} ${entry.name} was revoked, which is final. Create another one.`, 'refused')
}

/** What needs no more than the name, and what is said of it then. */
const turns = {
  retire: { past: 'has one secret only', next: (kind, entry) => stillThere(kind, entry, retire(entry)) },
  revoke: { past: 'is revoked', next: (_kind, entry, now) => revoke(entry, now) },
} satisfies Record<
  string,
  { readonly past: string; readonly next: (kind: Kind, entry: Registered, now: Date) => Registered }
>

export const turn = (kind: Kind, how: keyof typeof turns, name: string, flags: Flags): Promise<void> =>
  change(kind, name, flags, async (callers) => {
    const changed = await callers.change(
      name,
      (entry, now) => turns[how].next(kind, entry, now),
      recordOf(kind, how, name),
    )
    if (changed !== undefined && flags.json === true) printJson(registeredView(kind.kind, changed))
    else if (changed !== undefined) print(`The ${kind.what} ${name} ${turns[how].past}.`)
    return changed
  })

/** @throws Failure where the database has none of that name */
const change = (
  kind: Kind,
  name: string,
  flags: Flags,
  work: (callers: CallersOfKind) => Promise<CallerRow | undefined>,
): Promise<void> =>
  withCallers(kind, flags, async ({ callers, configured }) => {
    if ((await work(callers)) !== undefined) return
    if (configured.some((one) => one.name === name))
      throw new Failure(
        `The ${kind.what} ${name} is in the configuration file: change it there, and restart.`,
        'refused',
      )
    throw new Failure(`There is no ${kind.what} ${name}. To list them: nexus ${kind.command} list`, 'not-found')
  })

const show = (kind: Kind, { json }: Flags, row: CallerRow, secret: string, what: string): void => {
  const view = registeredView(kind.kind, row)
  if (json === true) return printJson({ ...view, [kind.secret]: secret })
  const until =
    view.previousSecret === null ? '' : `\nThe former ${kind.secret} is valid until ${view.previousSecret.validUntil}.`
  print(secret)
  printError(
    `\nThe ${kind.what} ${view.name} ${what}.${until}\nThis ${kind.secret} is shown this once, and kept as a hash only: store it now. ${kind.how}`,
  )
}

/** @throws Failure that names every mistake */
const read = <T>(schema: z.ZodType<T>, raw: unknown): T => {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `  - ${path.join('.')}: ${message}`)
  throw new Failure(['It cannot be created like this:', ...new Set(lines)].join('\n'), 'usage')
}
