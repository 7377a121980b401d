import fields from './sdk-fields.json' with { type: 'json' }

// A lossy answer was decoded into the recording SDK's Client struct and encoded again: null and members that the struct
// does not know are gone. So a member of ours that a lossy answer lacks says something only where that struct has it.

const since: Record<string, string> = fields.since

/** Members of an answer that say nothing, by the SDK that recorded, though its struct may have them. */
const eras: { member: string; silent: (version: Version) => boolean; reason: string }[] = [
  {
    member: 'cross_origin_auth',
    silent: (version) => later(version, versionOf('0.10.0')),
    reason: 'structs after 0.10 read cross_origin_authentication in its place, raw answers still have both',
  },
  {
    member: 'cross_origin_authentication',
    silent: (version) => !later(version, versionOf('1.9.0')),
    reason: 'answers recorded up to 1.9 lack it for every client: Auth0 did not send it then unless it was set',
  },
]

type Version = [major: number, minor: number, patch: number, beta: number]

/** Reads "Go-Auth0/1.32.1" or "1.0.0-beta.0"; what has no number ("latest") counts as the oldest. */
const versionOf = (text: string): Version => {
  const number = text.split('/').at(-1) ?? ''
  const [, major, minor, patch, beta] = /^(\d+)\.(\d+)\.(\d+)(?:-beta\.(\d+))?$/.exec(number) ?? []
  return [Number(major ?? 0), Number(minor ?? 0), Number(patch ?? 0), beta === undefined ? Infinity : Number(beta)]
}

const later = (left: Version, right: Version): boolean => {
  const index = left.findIndex((part, at) => part !== right[at])
  return index !== -1 && (left[index] ?? 0) > (right[index] ?? 0)
}

const listed = (path: string): string | undefined => {
  if (since[path] !== undefined) return since[path]
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')))
  return since[`${parent}.*`]
}

/** What a cassette's recorder may have dropped: whether the absence of a member (`a.b[].c`) says nothing. */
export const silence = (sdks: readonly string[]): ((path: string) => boolean) => {
  // Several: the oldest. None: "latest", which the oldest cassettes carry.
  const version = sdks
    .map(versionOf)
    .reduce((oldest, next) => (later(oldest, next) ? next : oldest), versionOf(sdks[0] ?? ''))
  return (path) => {
    if (eras.some((era) => era.member === path && era.silent(version))) return true
    const first = listed(path)
    return first === undefined || later(versionOf(first), version)
  }
}
