import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { freePort } from '../../../adapters/embedded-postgres/free-port.ts'
import { end, findOnPath, until } from './programs.ts'
import { handOver, unprivileged } from './server.ts'

const program = findOnPath('pgbouncer') ?? findOnPath('/usr/sbin/pgbouncer')

export const hasPgBouncer = (): boolean => program !== undefined

/**
 * A PgBouncer in transaction mode before a server, which lets in whom the server does.
 *
 * @param postgresUrl as a superuser
 * @param size connections to the server, for each user and database
 */
export const startPgBouncer = async (
  postgresUrl: string,
  size: number,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> => {
  if (program === undefined) throw new Error('This machine has no PgBouncer (apt-get install pgbouncer).')
  const { hostname, port: behind, username, password } = new URL(postgresUrl)
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-pgbouncer-'))
  await chmod(directory, 0o755)
  const port = await freePort()
  const users = path.join(directory, 'users.txt')
  const file = path.join(directory, 'pgbouncer.ini')
  await writeFile(users, `"${username}" "${password}"\n`)
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${behind}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
auth_user = ${username}
auth_query = select usename, passwd from pg_shadow where usename = $1
pool_mode = transaction
default_pool_size = ${size}
max_client_conn = 1000
`,
  )
  await Promise.all([handOver(users), handOver(file)])
  const child = spawn(program, [file], { cwd: directory, stdio: 'ignore', ...unprivileged() })
  await until(async () => {
    const client = new pg.Client({ connectionString: `postgres://${username}:${password}@127.0.0.1:${port}/postgres` })
    await client.connect()
    await client.end()
  })
  return {
    port,
    close: async () => {
      await end(child)
      await rm(directory, { recursive: true, force: true })
    },
  }
}
