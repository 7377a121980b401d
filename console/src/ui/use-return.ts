import { useCallback, useEffect, useState } from 'react'

/** What each dialog that is open was opened from. */
const openers = new WeakMap<Element, Element>()

/** What something is opened from, by what has the focus: of a menu its button, of a dialog what that was opened from. */
const openerOf = (active: Element | null): Element | null => {
  const menu = active?.closest('[role=menu]') ?? null
  if (menu !== null) return document.querySelector(`#${CSS.escape(menu.getAttribute('aria-labelledby') ?? '')}`)
  // A button that takes no second press has lost the focus: a dialog that is there is the one that it stands in.
  const dialog = document.querySelector('[role=dialog]')
  if (dialog !== null) return openers.get(dialog) ?? null
  return active === document.body ? null : active
}

/**
 * Whoever closes what was opened is where they were; where that has gone, at the beginning of the page's content. Where
 * another dialog follows, that one leads back.
 *
 * @returns takes the dialog's element
 */
export const useReturn = (): ((dialog: Element | null) => void) => {
  const [opener] = useState(() => openerOf(document.activeElement))
  useEffect(
    () => () => {
      // What has taken the focus goes first.
      setTimeout(() => {
        if (document.querySelector('[role=dialog]') !== null) return
        const back = opener?.isConnected === true ? opener : document.querySelector('#content')
        if (back instanceof HTMLElement) back.focus()
      })
    },
    [opener],
  )
  return useCallback(
    (dialog) => {
      if (dialog !== null && opener !== null) openers.set(dialog, opener)
    },
    [opener],
  )
}
