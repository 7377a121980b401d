/** What `work` comes to, or `otherwise` when that takes longer than `ms`, or nobody waits for it any more. */
export const within = async <T>(ms: number, work: Promise<T>, otherwise: T, gone?: AbortSignal): Promise<T> => {
  let give: (() => void) | undefined
  const late = new Promise<T>((resolve) => {
    give = () => resolve(otherwise)
  })
  const timer = setTimeout(() => give?.(), ms)
  const leave = (): void => give?.()
  if (gone?.aborted === true) leave()
  gone?.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    gone?.removeEventListener('abort', leave)
  }
}
