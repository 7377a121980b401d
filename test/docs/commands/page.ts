import type { World } from './world.ts'

/** What stands in the place of a … on a page: by the name of the variable that it is given to. */
export type Values = Readonly<Record<string, string>>

/** Texts of a page, and what they are here. */
export type Replacements = readonly (readonly [text: string, here: string])[]

/** Commands of a page, by how they begin. */
interface Some {
  readonly begins: string
  readonly because: string
}

/** How the commands of a page are run. */
export interface Page {
  readonly file: string
  /** Lines of commands that are run. Fewer are a failure: a block has lost its language, or the table below has grown. */
  readonly lines: number
  /** Makes what the page takes for granted. */
  readonly prepare: (world: World) => Promise<{ readonly values: Values; readonly replaced: Replacements }>
  /** Not run. */
  readonly leftOut?: readonly Some[]
  /** What ends with another code than 0. */
  readonly codes?: readonly (Some & { readonly code: number })[]
  /** Programs that not every machine has; without them the page is skipped, but not in CI. */
  readonly needs?: readonly string[]
  /** What there is at the end, and what there should be. */
  readonly leaves?: (world: World) => readonly (readonly [found: unknown, wanted: unknown])[]
  /** What goes on until it is ended, and what it says when it is ready. */
  readonly lasting?: Readonly<Record<string, RegExp>>
  /** Before these, all that goes on is ended and started again. */
  readonly restarted?: readonly Some[]
}

/** What a reader finds in the output of one command and gives to another. */
const found: Readonly<Record<string, RegExp>> = {
  NEXUS_ADMIN_PASSWORD_HASH: /^passwordHash +(\S+)$/m,
  NEXUS_PASSWORD: /^(?:password +|)(nxs_\S+)$/m,
  NEXUS_PORTAL_TOKEN_SHA256: /^sha256 +(\S+)$/m,
  ETAG: /^etag: (\S+)/im,
  CHANGE_ID: /^nexus-change: (\S+)/im,
}

export const valuesIn = (output: string): Values =>
  Object.fromEntries(
    Object.entries(found).flatMap(([name, pattern]) => {
      const value = pattern.exec(output)?.[1]
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** A command as it is run here: with a reader's own values, and with the addresses of the world. */
export const filled = (command: string, values: Values, replaced: Replacements): string => {
  const withValues = command.replaceAll(/\b([A-Z][A-Z0-9_]*)='…'/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : `${name}='${value}'`
  })
  return replaced.reduce((text, [from, to]) => text.replaceAll(from, () => to), withValues)
}
