import type { CallerRow, CallerStore } from '../postgres/callers.ts'
import { accountCaller } from '../../domain/access/grants.ts'
import { ownerNameOf, RegisteredName, callerStatusOf, validHashes } from '../../domain/access/registered.ts'
import type { CallerStatus } from '../../domain/access/registered.ts'
import type { Application } from './application-tokens.ts'
import { hashToken, isIssuedToken } from './application-tokens.ts'
import type { Account } from './basic.ts'
import { Unauthenticated } from './errors.ts'

/** The callers of the database, as far as authentication needs them. */
export interface RegisteredCallers {
  readonly application: Pick<CallerStore['application'], 'findBySecret' | 'noteUse'>
  readonly account: Pick<CallerStore['account'], 'find' | 'noteUse' | 'rehash'>
}

/** Where there is no database: nobody. */
export const nobodyRegistered: RegisteredCallers = {
  application: { findBySecret: () => Promise.resolve(undefined), noteUse: () => Promise.resolve() },
  account: {
    find: () => Promise.resolve(undefined),
    noteUse: () => Promise.resolve(),
    rehash: () => Promise.resolve(),
  },
}

/** Why somebody with a right secret stays outside; said to who has it, and to administrators. Continues the name. */
export const refusals: Readonly<Record<Exclude<CallerStatus, 'active'>, string>> = {
  disabled: 'is disabled. An administrator of its tenants can let it in again.',
  expired: 'has expired. An administrator of its tenants can prolong it.',
  revoked: 'was revoked.',
}

/** Writes something down about a secret, beside the request: it neither waits for that nor fails with it. */
const createAside = (onError: (error: unknown) => void) => {
  const underWay = new Set<string>()
  return (hash: string, write: () => Promise<void>): void => {
    if (underWay.has(hash)) return
    underWay.add(hash)
    write()
      .catch(onError)
      .finally(() => underWay.delete(hash))
  }
}

/** Writes down the last use of a secret, where that is due. */
const createNotes =
  (noteUse: CallerStore['account']['noteUse'], aside: ReturnType<typeof createAside>) =>
  ({ entry, useDue }: CallerRow, hash: string): void => {
    if (useDue.includes(hash)) aside(hash, () => noteUse(entry.name, hash))
  }

/**
 * Finds the application of the database that a token belongs to; undefined where there is none. A name that the
 * configuration has is the configuration's.
 *
 * The function that it returns throws Unauthenticated where the token is right and still not good now.
 */
export const createRegisteredApplications = (
  { findBySecret, noteUse }: RegisteredCallers['application'],
  configured: ReadonlySet<string>,
  onError: (error: unknown) => void,
) => {
  const note = createNotes(noteUse, createAside(onError))
  return async (token: string): Promise<Application | undefined> => {
    // What could not be one of ours costs no query.
    if (!isIssuedToken(token)) return undefined
    const hash = hashToken(token)
    const row = await findBySecret(hash)
    if (row === undefined || configured.has(row.entry.name)) return undefined
    const { entry, now } = row
    const status = callerStatusOf(entry, now)
    if (status !== 'active') throw new Unauthenticated(`The application ${entry.name} ${refusals[status]}`)
    if (!validHashes(entry, now).includes(hash))
      throw new Unauthenticated(`This token of the application ${entry.name} was replaced by another.`)
    note(row, hash)
    return { name: entry.name, ...entry.grant }
  }
}

/** Finds the service account of the database by its name; undefined where there is none. */
export const createRegisteredAccounts = (
  { find, noteUse, rehash }: RegisteredCallers['account'],
  onError: (error: unknown) => void,
) => {
  const aside = createAside(onError)
  const note = createNotes(noteUse, aside)
  return async (name: string): Promise<Account | undefined> => {
    const row = RegisteredName.safeParse(name).success ? await find(name) : undefined
    if (row === undefined) return undefined
    const { entry, now } = row
    const status = callerStatusOf(entry, now)
    return {
      caller: accountCaller(ownerNameOf(entry.name), entry.grant),
      hashes: validHashes(entry, now),
      refusal: status === 'active' ? null : `The service account ${entry.name} ${refusals[status]}`,
      used: (hash) => note(row, hash),
      rehash: (former, hash) => aside(former, () => rehash(entry.name, former, hash)),
    }
  }
}
