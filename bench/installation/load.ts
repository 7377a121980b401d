/** How a load was served: what each request took, in milliseconds, and for how long it all went on. */
export interface Served {
  readonly took: readonly number[]
  readonly seconds: number
  readonly perSecond: number
}

type Ask = (index: number) => Promise<unknown>

const served = (took: readonly number[], start: number): Served => {
  const seconds = (performance.now() - start) / 1000
  return { took, seconds, perSecond: took.length / seconds }
}

/** So many callers at once, each of whom asks again as soon as they are answered: how much can be done. */
export const byCallers = async (callers: number, requests: number, ask: Ask): Promise<Served> => {
  const took: number[] = []
  let next = 0
  const start = performance.now()
  const caller = async (): Promise<void> => {
    while (next < requests) {
      const asked = performance.now()
      await ask(next++)
      took.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return served(took, start)
}

/**
 * Requests at a steady rate, however long each takes: how long callers wait who do not know of each other. The time of each
 * counts from when it was due, so that a standstill is not left out.
 */
export const atRate = async (perSecond: number, requests: number, ask: Ask): Promise<Served> => {
  const took: number[] = []
  const underWay: Promise<void>[] = []
  const start = performance.now()
  const send = async (index: number): Promise<void> => {
    const due = start + (1000 * index) / perSecond
    await ask(index)
    took.push(performance.now() - due)
  }
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(requests, ((performance.now() - start) * perSecond) / 1000)
      while (underWay.length < due) underWay.push(send(underWay.length))
      if (underWay.length < requests) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await Promise.all(underWay)
  return served(took, start)
}
