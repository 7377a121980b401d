import { isText, textsOf } from '../shape.ts'
import type { Measured } from '../texts/lengths.ts'
import type { Value } from '../vocabulary.ts'
import type { UrlKind } from './urls/kinds.ts'

/** What the table of fields says of one field, and the kinds of rows that it has. */

/**
 * Where a field stands in Auth0's client: names from the top. A key of `client_metadata` is the one that a tenant has unless
 * its configuration names another.
 */
export type Place =
  | readonly [member: string]
  | readonly ['client_metadata', key: string]
  | readonly ['mobile', part: 'ios' | 'android', leaf: string]

/** How a value is written in Auth0's client, and read there. */
interface Codec {
  /** Raw → own form. Null where the raw value is absent or not of the expected shape. */
  readonly decode: (raw: unknown) => Value
  /** Own form → raw, for values that are not empty. */
  readonly encode: (value: NonNullable<Value>) => unknown
  /** What empties it in Auth0; undefined where nothing does, and it is left out of the part that it stands in. */
  readonly cleared: unknown
}

/** A text in the form that it is kept in, with a sentence for each of its parts that is wrong, or may not work. */
export interface Formed {
  readonly text: string
  readonly wrong: readonly string[]
  readonly doubted: readonly string[]
}

/** What a value may be. */
interface Rules {
  /** The greatest length of a text, or of each element of a list. Of a text in `client_metadata` it is Auth0's own. */
  readonly greatest: Measured
  /** The rules that the text, or each element that a change adds, keeps as a URL. */
  readonly url?: UrlKind
  /** True where the order of the elements means something to Auth0. */
  readonly ordered?: true
  /** What is wrong with an element, whoever put it there, as a sentence; undefined where it is fine. */
  readonly element?: (element: string) => string | undefined
  /** The form that a text is kept in. `present` may stay as it is. */
  readonly form?: (text: string, present: Value) => Formed
  /** What to do about a value that is too long for `client_metadata`, where it is not to shorten it. */
  readonly remedy?: string
}

/** How people are told of it. Sentences without a full stop. */
interface Documentation {
  /** What it is: in answers, and in requests unless `request` says more. */
  readonly description: string
  readonly request?: string
  /** What an owner should know beside the description. */
  readonly remark?: string
  readonly example: Value
  /** True where lists of clients show it and, if it is a text, search in it. */
  readonly listed?: true
}

export type About = Rules & Documentation

export interface Field extends Codec, Rules, Documentation {
  readonly kind: 'list' | 'text'
  readonly place: Place
}

type Row<Kind extends Field['kind'], P extends Place> = Field & { readonly kind: Kind; readonly place: P }

const asItIs = (value: NonNullable<Value>): unknown => value

const textCodec = { decode: (raw: unknown): Value => (isText(raw) && raw !== '' ? raw : null), encode: asItIs }

/** A list in one value of `client_metadata`: written as a JSON array; a comma separated value is read too. */
const inOneText: Pick<Codec, 'decode' | 'encode'> = {
  decode: (raw) => {
    if (!isText(raw)) return null
    if (raw.trimStart().startsWith('[')) {
      try {
        const parsed: unknown = JSON.parse(raw)
        if (Array.isArray(parsed)) return parsed.filter(isText)
      } catch {
        // Not JSON after all: a person typed it, so it is read as they see it, comma separated.
      }
    }
    return raw
      .split(',')
      .map((element) => element.trim())
      .filter((element) => element !== '')
  },
  encode: (value) => JSON.stringify(value),
}

/** A list of texts. */
export const list = <const P extends Place>(place: P, about: About): Row<'list', P> => ({
  kind: 'list',
  place,
  ...(place[0] === 'client_metadata'
    ? { ...inOneText, cleared: null }
    : { decode: textsOf, encode: asItIs, cleared: [] }),
  ...about,
})

/** One text. */
export const text = <const P extends Place>(place: P, about: About): Row<'text', P> => ({
  kind: 'text',
  place,
  ...textCodec,
  cleared: place[0] === 'client_metadata' ? null : '',
  ...about,
})

/** One text for what Auth0 holds as a list of at least one: several are comma separated. */
export const joined = <const P extends Place>(place: P, about: About): Row<'text', P> => ({
  kind: 'text',
  place,
  decode: (raw) => {
    const elements = textsOf(raw) ?? []
    return elements.length === 0 ? null : elements.join(',')
  },
  encode: (value) => (isText(value) ? value.split(',') : value),
  cleared: undefined,
  ...about,
})
