import DataLoader from 'dataloader'
import { isRefused } from '../servers/sqlstate.ts'

/** Statements of one kind that are under way at once: more of them would only be shorter. */
const underWay = 2
const mostAtOnce = 100

/**
 * Asks the database together what is asked for at the same time: in one turn of the event loop, and while others are being
 * answered. So a single question waits for nobody, and the more there is to do, the fewer messages it takes.
 *
 * What is odd about one is nobody else's: where all fail for it, each is asked alone.
 *
 * @param ask answers in the order of what was asked; an error among the answers is for the one who asked for it
 * @param mayAskAgain whether an error says that nothing was done
 */
export const together = <Asked, Answer>(
  ask: (all: readonly Asked[]) => Promise<readonly (Answer | Error)[]>,
  mayAskAgain: (error: unknown) => boolean = isRefused,
): ((one: Asked) => Promise<Answer>) => {
  const askAlone = async (one: Asked): Promise<Answer | Error> => {
    try {
      const [answer] = await ask([one])
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- there is an answer for each question
      return answer as Answer | Error
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
  const askAll = async (all: readonly Asked[]): Promise<readonly (Answer | Error)[]> => {
    try {
      return await ask(all)
    } catch (error) {
      if (all.length === 1 || !mayAskAgain(error)) throw error
      return Promise.all(all.map(askAlone))
    }
  }
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
        return [...(await askAll(all))]
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
