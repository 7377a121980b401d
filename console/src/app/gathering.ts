/** Does something for many askings: they are gathered for a while, and the next time begins when the last is over. */
export interface Gathering {
  readonly ask: () => void
  readonly stop: () => void
}

/**
 * @param work never rejects
 * @param gatherMs how long is waited for more askings
 * @param mostMs how long a work that does not end keeps the next one waiting
 */
export const gathering = (work: () => Promise<unknown>, gatherMs: number, mostMs: number): Gathering => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsked = false
  const wait = (run: () => void, ms: number): void => {
    clearTimeout(timer)
    timer = setTimeout(run, ms)
  }
  const again = (): void => {
    timer = undefined
    if (isAsked) wait(begin, gatherMs)
  }
  const begin = (): void => {
    isAsked = false
    wait(again, mostMs)
    const mine = timer
    void work().then(() => {
      // Neither stopped meanwhile, nor waited for too long.
      if (timer === mine) wait(again, 0)
    })
  }
  return {
    ask: () => {
      isAsked = true
      if (timer === undefined) wait(begin, gatherMs)
    },
    stop: () => {
      clearTimeout(timer)
      timer = undefined
      isAsked = false
    },
  }
}
