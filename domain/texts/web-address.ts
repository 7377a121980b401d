import { eachServer } from './database-url.ts'

/** An address without the slashes at its end, however many there are. */
export const withoutSlashes = (address: string): string => {
  let end = address.length
  while (address[end - 1] === '/') end -= 1
  return address.slice(0, end)
}

/** Where something is, without the user name and password that a URL may hold; it may name several servers. */
export const placeOf = (url: string): string => {
  const servers = eachServer(url).map((server) => new URL(server))
  return `${servers[0]?.protocol ?? ''}//${servers.map(({ host }) => host).join(',')}${servers[0]?.pathname ?? ''}`
}

/** Whether a host name, as a URL has it, is this machine: what goes there passes no network. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)

/** The address of the console, without a slash at the end. @param publicUrl how browsers reach Nexus */
export const consoleAddress = ({ publicUrl }: { readonly publicUrl: string }): string => `${publicUrl}/console`
