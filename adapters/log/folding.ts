import { describeError } from './errors.ts'

/** How long one line stands for all of its kind, milliseconds. */
const intervalMs = 60_000
/** Kinds that are told apart at a time; what is beyond them is one kind together. */
const maximumKinds = 200

export interface Folding {
  /**
   * Whether a line of this kind is to be written now. Otherwise it is counted, and `summarise` is called with the number at
   * the end of the interval.
   */
  readonly admit: (kind: string, summarise: (repeated: number, kindIsKnown: boolean) => void) => boolean
}

/** One line for each kind and interval, and at the end of the interval one with a count, where there were more. */
export const createFolding = (every = intervalMs, most = maximumKinds): Folding => {
  const counts = new Map<string, number>()
  const open = (kind: string, summarise: (repeated: number) => void): void => {
    counts.set(kind, 0)
    setTimeout(() => {
      const repeated = counts.get(kind) ?? 0
      counts.delete(kind)
      if (repeated === 0) return
      summarise(repeated)
      // The summary is this interval's line: who goes on failing is told of once an interval.
      open(kind, summarise)
    }, every).unref()
  }
  return {
    admit: (kind, summarise) => {
      const isKnown = counts.has(kind) || counts.size < most
      const name = isKnown ? kind : 'others'
      const count = counts.get(name)
      if (count === undefined) open(name, (repeated) => summarise(repeated, isKnown))
      else counts.set(name, count + 1)
      return count === undefined
    },
  }
}

/** Numbers, ids and addresses differ from line to line; the words around them make the kind. */
const wordsOf = (text: string): string =>
  text.slice(0, 200).replaceAll(/\w+/g, (word) => (/\d/.test(word) ? '#' : word))

/**
 * Of what kind a line is: what happened, to which tenant, and why; where no reason is given, also to which client. Null for
 * what a person did (`by`): that is told each time.
 *
 * @param members what stands in the line beside its message
 */
export const kindOf = (members: Readonly<Record<string, unknown>>, message: string): string | null => {
  const { by, tenantId, clientId, reason, status } = members
  if (by !== undefined) return null
  const error = members['err'] ?? members['error']
  const because =
    typeof error === 'object' && error !== null
      ? causeOf(describeError(error))
      : [reason, status].flatMap((one) =>
          typeof one === 'string' || typeof one === 'number' ? [wordsOf(`${one}`)] : [],
        )
  const about = because.length > 0 ? [] : [clientId]
  return JSON.stringify([wordsOf(message), tenantId, ...because, ...about])
}

const causeOf = ({ type, message, code }: ReturnType<typeof describeError>): string[] => [
  type,
  code ?? '',
  wordsOf(message),
]
