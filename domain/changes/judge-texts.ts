import { pointerOf } from '../clients/field-values.ts'
import { fields } from '../clients/fields.ts'
import { judgeUrl } from '../clients/urls/judge.ts'
import { maximumUrls } from '../clients/urls/kinds.ts'
import type { UrlContext } from '../clients/urls/kinds.ts'
import { isText, textOf, textsOf } from '../shape.ts'
import { hiddenProblem } from '../texts/hidden.ts'
import type { Issue } from '../texts/json-text.ts'
import { greatest, tooLong } from '../texts/lengths.ts'
import type { ClientState, FieldPath, Value } from '../vocabulary.ts'
import { addedTo, elementsOf, isTooLong } from './patch.ts'
import type { Patch } from './patch.ts'

/** What is said of the texts that a patch names for one field. */
export interface Judgement {
  /** Why it is impossible. */
  readonly issues: readonly Issue[]
  /** What may not work. */
  readonly warnings: readonly Issue[]
  /** The value in the form that it is kept in. */
  readonly value: Value
}

/** How the client's other members stand to its URLs. */
export const urlContextOf = ({ observed }: Pick<ClientState, 'observed'>): UrlContext => ({
  firstParty: observed['is_first_party'] !== false,
  appType: textOf(observed['app_type']),
  organizations: ['allow', 'require'].includes(textOf(observed['organization_usage']) ?? ''),
  promptSkipped: observed['skip_non_verifiable_callback_uri_confirmation_prompt'] === true,
})

/**
 * Judges the texts of one field that the patch names. What is there already may stay: only what is added is looked at.
 *
 * @param present the field's value as it stands
 */
export const judgeTexts = (path: FieldPath, patch: Patch, present: Value, context: UrlContext): Judgement => {
  const value = patch.values[path] ?? null
  const crowded = tooManyUrls(path, patch, present)
  if (crowded !== undefined) return { issues: [crowded], warnings: [], value }
  const added = new Set(addedTo(present, path, patch).map(({ text }) => text))
  const said = elementsOf(path, patch).map(({ text, pointer }) => {
    const { refused, warned, form = text } = judgeText(path, text, added.has(text), present, context)
    return { issues: at(pointer, refused), warnings: at(pointer, warned), form }
  })
  return {
    issues: said.flatMap(({ issues }) => issues),
    warnings: said.flatMap(({ warnings }) => warnings),
    value: isText(value) ? (said[0]?.form ?? value) : value,
  }
}

const at = (pointer: string, details: readonly string[]): Issue[] => details.map((detail) => ({ pointer, detail }))

const tooManyUrls = (path: FieldPath, patch: Patch, present: Value): Issue | undefined => {
  const count = elementsOf(path, patch).length
  return fields[path].url !== undefined && count > maximumUrls && count > new Set(textsOf(present)).size
    ? {
        pointer: pointerOf(path),
        detail: `Auth0 allows ${maximumUrls} URLs in a list; these are ${count}. Remove some, or use a wildcard.`,
      }
    : undefined
}

interface Said {
  readonly refused: readonly string[]
  readonly warned: readonly string[]
  readonly form?: string
}

/** @param isNew whether it is not there yet */
const judgeText = (path: FieldPath, text: string, isNew: boolean, present: Value, context: UrlContext): Said => {
  const { element, form, url, greatest: measure, place, kind } = fields[path]
  const wrong = element?.(text)
  if (wrong !== undefined) return { refused: [wrong], warned: [] }
  if (!isNew) return fine
  // No pattern sees a text that is too long. Auth0's own limit on metadata is told with its remedy elsewhere.
  if (isTooLong(path, text))
    return place[0] === 'client_metadata' && kind === 'text'
      ? fine
      : { refused: [tooLong(greatest[measure], text.length)], warned: [] }
  if (url !== undefined) {
    const { refused, warned } = judgeUrl(text, url, context)
    return { refused: refused === undefined ? [] : [refused.detail], warned: warned.map(({ detail }) => detail) }
  }
  const formed = form?.(text, present)
  const hidden = hiddenProblem(formed?.text ?? text)
  return {
    refused: [...(hidden === undefined ? [] : [hidden]), ...(formed?.wrong ?? [])],
    warned: formed?.doubted ?? [],
    ...(formed === undefined ? {} : { form: formed.text }),
  }
}

const fine: Said = { refused: [], warned: [] }
