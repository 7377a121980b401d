import { usualOverlap } from '../../domain/access/registered.ts'
import { remoteIfMeant } from '../remote.ts'
import type { PlaceFlags } from '../remote.ts'
import { confirm } from '../terminal/confirm.ts'
import { print, printError, printJson } from '../terminal/print.ts'
import { shown, timeText } from '../terminal/readable.ts'
import { tableLines } from '../terminal/table.ts'
import type { Column } from '../terminal/table.ts'
import { doorOfApi } from './door.ts'
import type { CallersDoor, CallerView, Issued, Kind } from './door.ts'

export interface Flags extends PlaceFlags {
  readonly tenant?: readonly string[]
  readonly permission?: readonly string[]
  readonly role?: readonly string[]
  readonly product?: readonly string[]
  readonly state?: readonly string[]
  readonly expiresAt?: string
  readonly overlap?: number
  readonly disable?: boolean
  readonly enable?: boolean
  readonly yes?: boolean
}

const through = async <T>(kind: Kind, flags: Flags, work: (door: CallersDoor) => Promise<T>): Promise<T> => {
  const remote = await remoteIfMeant(flags)
  if (remote !== undefined) return work(doorOfApi(kind, remote))
  const { withDoorOfStore } = await import('./store.ts')
  return withDoorOfStore(kind, flags.config, work)
}

export const list = async (kind: Kind, flags: Flags): Promise<void> => {
  const views = await through(kind, flags, (door) => door.list())
  if (flags.json === true) printJson({ [kind.command]: views })
  else if (views.length === 0) print(`There are no ${kind.command}. Create one: nexus ${kind.command} create --help`)
  else print(tableLines(columns, views, shown().width).join('\n'))
}

const some = (values: readonly string[] | '*' | null, all: string): string =>
  values === null || values === '*' ? all : values.join(' ') || 'none'

const columns: readonly Column<CallerView>[] = [
  { title: 'NAME', cell: ({ name }) => name, whole: true },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'FROM', cell: ({ source }) => source },
  { title: 'TENANTS', cell: ({ tenants }) => some(tenants, 'all') },
  { title: 'PERMISSIONS', cell: ({ permissions }) => some(permissions, 'no ceiling') },
  { title: 'LAST USED', cell: ({ lastUsedAt }) => (lastUsedAt === null ? '-' : timeText(lastUsedAt)) },
  { title: 'EXPIRES', cell: ({ expiresAt }) => (expiresAt === null ? '-' : timeText(expiresAt)) },
]

/** What the options name, as the API takes it. */
const grantOf = (kind: Kind, { tenant, permission, role, product, state, expiresAt }: Flags) => ({
  ...(tenant === undefined ? {} : { tenants: tenant.includes('*') ? '*' : tenant }),
  ...(permission === undefined ? {} : { permissions: permission }),
  ...(role === undefined || kind.kind !== 'account' ? {} : { roles: role }),
  ...(product === undefined ? {} : { products: product }),
  ...(state === undefined ? {} : { terraformStates: state }),
  ...(expiresAt === undefined ? {} : { expiresAt }),
})

export const create = async (kind: Kind, name: string, flags: Flags): Promise<void> => {
  const made = await through(kind, flags, (door) => door.create({ name, ...grantOf(kind, flags) }))
  showSecret(kind, flags, made, 'is created')
}

export const change = async (kind: Kind, name: string, flags: Flags): Promise<void> => {
  const { disable, enable } = flags
  const disabled = disable === true ? { disabled: true } : enable === true ? { disabled: false } : {}
  const view = await through(kind, flags, (door) => door.change(name, { ...grantOf(kind, flags), ...disabled }))
  if (flags.json === true) printJson(view)
  else print(`The ${kind.what} ${name} is changed: it is ${view.status}.`)
}

export const rotateSecret = async (kind: Kind, name: string, flags: Flags): Promise<void> => {
  const rotated = await through(kind, flags, (door) => door.rotate(name, flags.overlap ?? usualOverlap))
  showSecret(kind, flags, rotated, 'is rotated')
}

export const retireSecret = async (kind: Kind, name: string, flags: Flags): Promise<void> => {
  const view = await through(kind, flags, (door) => door.retire(name))
  if (flags.json === true) printJson(view)
  else print(`The ${kind.what} ${name} has only one ${kind.secret} now.`)
}

export const revokeCaller = async (kind: Kind, name: string, flags: Flags): Promise<void> => {
  await confirm(
    `This ends the ${kind.what} ${name} at once and cannot be undone; its name stays taken. Revoke it?`,
    flags.yes === true,
  )
  await through(kind, flags, (door) => door.revoke(name))
  if (flags.json === true) printJson({ name, status: 'revoked' })
  else print(`The ${kind.what} ${name} is revoked.`)
}

const showSecret = (kind: Kind, { json }: Flags, { view, secret }: Issued, what: string): void => {
  if (json === true) return printJson({ ...view, [kind.secret]: secret })
  const former = view.previousSecret?.validUntil ?? null
  const until = former === null ? '' : `\nThe former ${kind.secret} is valid until ${former}.`
  print(secret)
  printError(
    `\nThe ${kind.what} ${view.name} ${what}.${until}\nThis ${kind.secret} is shown this once, and only its hash is stored: save it now. ${kind.how}`,
  )
}
