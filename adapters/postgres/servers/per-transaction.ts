import type pg from 'pg'

/** A statement, and what stands in its parameters. */
interface Statement {
  readonly text: string
  readonly values: unknown[]
}

type Client = Pick<pg.PoolClient, 'query' | 'getTransactionStatus'>

/**
 * Runs statements where a pooler may give each transaction another session: settings hold for a transaction at a time, and so
 * a statement that stands alone is in one of its own. It costs no further round trip: what begins a transaction sets them
 * too, and what stands alone is sent with what stands around it (`pipeline`).
 *
 * @param settings of PostgreSQL, for these transactions
 */
export const perTransaction = (settings: Readonly<Record<string, string>>) => {
  const set = Object.entries(settings)
    .map(([name, value]) => `set local ${name} = '${value}'`)
    .join('; ')
  return async (client: Client, { text, values }: Statement): Promise<pg.QueryResult> => {
    if (/^(?:begin|start transaction)\b/.test(text)) return client.query(`${text}; ${set}`)
    if (client.getTransactionStatus() !== 'I') return client.query({ text, values })
    const all = [client.query(`begin; ${set}`), client.query({ text, values }), client.query('commit')] as const
    // Nobody else gets the connection before all of them are answered.
    await Promise.allSettled(all)
    const [, done] = await Promise.all(all)
    return done
  }
}
