import { eachServer } from '../../../domain/texts/database-url.ts'

/** A database's URL with other parts, whether it names one server or several. */
export const editUrl = (
  url: string,
  parts: Partial<Pick<URL, 'password' | 'pathname' | 'port' | 'username'>>,
): string => {
  const edited = eachServer(url).map((server) => Object.assign(new URL(server), parts))
  const [first] = edited
  return first === undefined
    ? url
    : first.href.replace(`@${first.host}/`, `@${edited.map(({ host }) => host).join(',')}/`)
}
