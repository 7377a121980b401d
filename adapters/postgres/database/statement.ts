import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'
import type { CompiledQuery, RawBuilder } from 'kysely'
import type { ClientKey } from '../../../domain/vocabulary.ts'
import type { Database } from './schema.ts'

/** What a statement runs on: the pool, or a transaction. */
export type Runs = Pick<Kysely<Database>, 'executeQuery'>

/** A client's key in the text of a statement: itself, or where it will stand. */
export type KeyInText = { readonly [Name in keyof ClientKey]: ClientKey[Name] | RawBuilder<unknown> }

/** Makes texts, and runs nothing. */
const compiler = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** Where a parameter stands in a statement. */
class Slot {
  readonly name: string | symbol
  constructor(name: string | symbol) {
    this.name = name
  }
}

/** Where each parameter will stand. */
export type Placeholders<Parameters> = { readonly [Name in keyof Parameters]-?: RawBuilder<unknown> }

/**
 * A statement of the hot path. Its text is put together once, when it is first run: to do that with every call costs more
 * than reading the answer.
 *
 * @param textOf gets a placeholder for each parameter, to be used any number of times
 * @returns runs it, and answers the rows as the driver reads them
 */
export const statement = <Parameters extends object>(
  textOf: (placeholders: Placeholders<Parameters>) => RawBuilder<unknown>,
): ((db: Runs, parameters: Parameters) => Promise<readonly unknown[]>) => {
  let compiled: CompiledQuery | undefined
  return async (db, parameters) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has a placeholder of every name
    compiled ??= textOf(placeholders as Placeholders<Parameters>).compile(compiler)
    const given = new Map<string | symbol, unknown>(Object.entries(parameters))
    const values = compiled.parameters.map((value) => (value instanceof Slot ? given.get(value.name) : value))
    const { rows } = await db.executeQuery({ ...compiled, parameters: values })
    return rows
  }
}

const placeholders: Readonly<Record<string, RawBuilder<unknown>>> = new Proxy(
  {},
  { get: (_, name) => sql`${new Slot(name)}` },
)
