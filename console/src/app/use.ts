/** How long after somebody pressed a key or a button a request is taken for what they wanted. Milliseconds. */
const lately = 60_000

let last = Date.now()

/** Whether somebody uses the page, or it only renews by itself what it shows. */
export const isUsed = (): boolean => Date.now() - last < lately

for (const what of ['keydown', 'pointerdown'])
  addEventListener(
    what,
    () => {
      last = Date.now()
    },
    { capture: true, passive: true },
  )
