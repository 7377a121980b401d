import { eachServer } from '../../../domain/texts/database-url.ts'

/** Parameters of a URL, by the variable that PostgreSQL's programs read for it. */
const variables: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
}

/** A mode that only the driver of Node knows, encrypted and not verified, by libpq's word for it. */
const valueFor = (name: string, value: string): string =>
  name === 'sslmode' && value === 'no-verify' ? 'require' : value

/**
 * The environment in which psql, pg_dump and other programs of libpq reach a database: there its password stands in no list
 * of processes. Parameters that libpq has no variable for are left out.
 *
 * Source: https://www.postgresql.org/docs/current/libpq-envars.html
 */
export const libpqEnvironment = (url: string): Readonly<Record<string, string>> => {
  const servers = eachServer(url).map((server) => new URL(server))
  const [{ username, password, pathname, searchParams } = new URL(url)] = servers
  const ports = servers.map(({ port }) => port)
  const parts = {
    host: servers.map(({ hostname }) => hostname.replaceAll(/[[\]]/g, '')).join(','),
    port: ports.some((port) => port !== '') ? ports.join(',') : '',
    user: username,
    password,
    dbname: pathname.slice(1),
    // Of several servers, libpq would be content with the first that answers.
    target_session_attrs: servers.length > 1 ? 'read-write' : '',
  }
  const decoded = Object.entries(parts).map(([name, value]) => [name, decodeURIComponent(value)])
  return Object.fromEntries(
    [...decoded, ...searchParams].flatMap(([name = '', value = '']) => {
      const variable = variables[name]
      return variable === undefined || value === '' ? [] : [[variable, valueFor(name, value)]]
    }),
  )
}
