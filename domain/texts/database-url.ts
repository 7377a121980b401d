/**
 * The servers of a database's URL, one URL for each, in the order in which they are tried. Several are written as libpq takes
 * them: `postgres://user:password@h1:5432,h2:5433/name`. A text that is no URL is answered as it is.
 *
 * Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
export const eachServer = (url: string): readonly string[] => {
  // The password ends at the last @ before the path.
  const parts = /^(?<before>[a-z]+:\/\/(?:[^/?#]*@)?)(?<hosts>[^/?#]*)(?<after>.*)$/is.exec(url)?.groups
  if (parts === undefined) return [url]
  const { before = '', hosts = '', after = '' } = parts
  return hosts.split(',').map((host) => `${before}${host}${after}`)
}

const protocols: ReadonlySet<string> = new Set(['postgres:', 'postgresql:'])

/** Whether a text is the URL of a PostgreSQL, with one server or several. */
export const isDatabaseUrl = (text: string): boolean =>
  eachServer(text).every((server) => protocols.has(URL.parse(server)?.protocol ?? ''))

/** A parameter of a database's URL; null where it has none. */
export const parameterOf = (url: string, name: string): string | null =>
  URL.parse(eachServer(url)[0] ?? url)?.searchParams.get(name) ?? null
