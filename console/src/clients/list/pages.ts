import type { InfiniteData } from '@tanstack/react-query'
import type { Schemas } from '../../app/schemas.ts'

export type Page = Schemas['ClientPage']
export type Cursor = string | null
export type Pages = InfiniteData<Page, Cursor>

/** Clients of all pages that were read, each once: one that has moved from page to page meanwhile may stand on two. */
export const clientsOf = (pages: readonly Page[]): readonly Schemas['ListedClient'][] => {
  const seen = new Set<string>()
  return pages.flatMap(({ clients }) =>
    clients.filter(({ id }) => {
      if (seen.has(id)) return false
      seen.add(id)
      return true
    }),
  )
}

/** The page that holds a row. */
export const pageOf = (pages: readonly Page[], row: number): number => {
  let end = 0
  const found = pages.findIndex(({ clients }) => (end += clients.length) > row)
  return found === -1 ? Math.max(0, pages.length - 1) : found
}

/**
 * The pages with one of them read anew. Where it now ends elsewhere, the pages after it do not follow on it any more: they
 * are let go, and read again as somebody scrolls there.
 */
export const withPage = (data: Pages, at: number, page: Page): Pages => {
  const follows = at === data.pages.length - 1 || data.pageParams[at + 1] === page.next
  return follows
    ? { ...data, pages: data.pages.with(at, page) }
    : { pages: [...data.pages.slice(0, at), page], pageParams: data.pageParams.slice(0, at + 1) }
}
