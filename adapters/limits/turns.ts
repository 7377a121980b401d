import { displaced, nextTurn } from '../../domain/limits/turns.ts'
import type { Comer, TurnLimits } from '../../domain/limits/turns.ts'

interface Waiting extends Comer {
  readonly begin: () => void
  readonly refuse: () => void
}

const keyOf = (...of: readonly string[]): string => JSON.stringify(of)
/** What of a comer is served in turn: the lane, the source in it, the name there. */
const levelsOf = ({ lane, source, name }: Comer): string[] => [
  keyOf(lane),
  keyOf(lane, source),
  keyOf(lane, source, name),
]

/**
 * Lets work be done by turns (`domain/limits/turns.ts`), in the memory of this process.
 *
 * @param refusal what is thrown where too many wait; the work has not begun then
 */
export const createTurns = (limits: TurnLimits, refusal: () => Error) => {
  let waiting: readonly Waiting[] = []
  let running: readonly Comer[] = []
  let count = 0
  let served = new Map<string, number>()

  /** Of those who are gone: whoever comes back later is new. Lanes stay. */
  const forget = (): void => {
    const kept = new Set([keyOf('known'), keyOf('stranger'), ...[...waiting, ...running].flatMap(levelsOf)])
    served = new Map([...served].filter(([key]) => kept.has(key)))
  }
  const advance = (): void => {
    const next = nextTurn(waiting, running, limits, (...of) => served.get(keyOf(...of)) ?? 0)
    if (next === undefined) return
    waiting = waiting.filter((one) => one !== next)
    running = [...running, next]
    count += 1
    for (const key of levelsOf(next)) served.set(key, count)
    forget()
    next.begin()
    advance()
  }
  const arrive = (comer: Comer): Promise<Waiting> =>
    new Promise((resolve, reject) => {
      const one: Waiting = { ...comer, begin: () => resolve(one), refuse: () => reject(refusal()) }
      waiting = [...waiting, one]
      for (const key of levelsOf(one)) if (!served.has(key)) served.set(key, count - 0.5)
      advance()
      const gone = displaced(waiting, limits)
      if (gone === undefined) return
      waiting = waiting.filter((other) => other !== gone)
      forget()
      gone.refuse()
    })

  return async <T>(comer: Comer, work: () => Promise<T>): Promise<T> => {
    const turn = await arrive(comer)
    try {
      return await work()
    } finally {
      running = running.filter((one) => one !== turn)
      advance()
    }
  }
}
