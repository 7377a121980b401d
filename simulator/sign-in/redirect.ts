import type { Answer } from '../http/answer.ts'

/** Sends the browser to `url` with these parameters beside its own; those that are undefined are left out. */
export const redirect = (url: string, parameters: Record<string, string | undefined> = {}, cookie?: string): Answer => {
  const target = new URL(url)
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) target.searchParams.append(name, value)
  // An address that nothing is added to stays as it is written.
  const location = Object.keys(parameters).length === 0 ? url : target.href
  return {
    status: 302,
    headers: { location, 'cache-control': 'no-store', ...(cookie === undefined ? {} : { 'set-cookie': cookie }) },
  }
}
