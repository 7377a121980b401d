/** What an administrator pastes of somebody: what stands in a token, or the token. */
export type Shown =
  | { readonly kind: 'claims'; readonly claims: Record<string, never> }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'nothing' | 'not-an-object' }

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON is claims, anything else is a token, perhaps behind the word with which a header begins. */
export const shownIn = (text: string): Shown => {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'nothing' }
  const value = parsed(trimmed)
  if (value === undefined) return { kind: 'token', token: trimmed.replace(/^bearer\s+/i, '') }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'not-an-object' }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the document says no more of claims
  return { kind: 'claims', claims: value as Record<string, never> }
}
