import DataLoader from 'dataloader'

/** Statements of one kind that are under way at once: more of them would only be shorter. */
const underWay = 2
const mostAtOnce = 100

/**
 * Asks the database together what is asked for at the same time: in one turn of the event loop, and while others are being
 * answered. So a single question waits for nobody, and the more there is to do, the fewer messages it takes.
 *
 * @param ask answers in the order of what was asked; an error among the answers is for the one who asked for it
 */
export const together = <Asked, Answer>(
  ask: (all: readonly Asked[]) => Promise<readonly (Answer | Error)[]>,
): ((one: Asked) => Promise<Answer>) => {
  const waiting: (() => void)[] = []
  let running = 0
  const goOn = (): void => {
    while (running < underWay) {
      const dispatch = waiting.shift()
      if (dispatch === undefined) return
      running += 1
      dispatch()
    }
  }
  const loader = new DataLoader<Asked, Answer>(
    async (all) => {
      try {
        return [...(await ask(all))]
      } finally {
        running -= 1
        goOn()
      }
    },
    {
      cache: false,
      maxBatchSize: mostAtOnce,
      batchScheduleFn: (dispatch) => {
        waiting.push(dispatch)
        // All that this turn of the event loop brings is asked for together.
        setImmediate(goOn)
      },
    },
  )
  return (one) => loader.load(one)
}
