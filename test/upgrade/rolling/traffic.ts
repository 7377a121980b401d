import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { applicationToken } from '../../support/assemble-stack.ts'
import type { World } from './world.ts'

type Address = keyof World['addresses']

/** Callers that change clients all the time, each its own, and what became of it. */
export interface Traffic {
  /** Accepted changes by their id, with the status that said so. */
  readonly accepted: ReadonlyMap<string, 200 | 202>
  /** Answers that nobody should get, as texts. */
  readonly wrong: readonly string[]
  /** Connections that ended without an answer. The request was sent again with its key. */
  readonly cut: () => number
  /** Client ids, with the callback URL that each should have in the end. */
  readonly wanted: ReadonlyMap<string, string>
  /** A balancer's decision: requests go elsewhere from now on. */
  readonly takeOut: (address: Address) => void
  readonly putIn: (address: Address) => void
  /** Resolves when each caller has got so many more answers. */
  readonly flow: (answers: number) => Promise<void>
  readonly end: () => Promise<void>
}

/** So that a machine with two processors can start a process beside. */
const pauseMs = 100

/** @param ids of clients, one for each caller */
export const startTraffic = ({ addresses, simulator }: World, ids: readonly string[]): Traffic => {
  const accepted = new Map<string, 200 | 202>()
  const wrong: string[] = []
  const wanted = new Map<string, string>()
  const out = new Set<Address>()
  const turns = ids.map(() => 0)
  const token = simulator.issueUserToken({ sub: 'auth0|tester', permissions: ['client.write'] })
  let cut = 0
  const ending = new AbortController()

  /** The addresses to try, in the order of this turn. */
  const tried = (turn: number): readonly Address[] => {
    const all: readonly Address[] = turn % 2 === 0 ? ['api-1', 'api-2'] : ['api-2', 'api-1']
    return all.filter((address) => !out.has(address))
  }
  const send = async (address: Address, id: string, caller: number, turn: number): Promise<Response> =>
    fetch(`${addresses[address]}/v1/tenants/acme/clients/${id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${token}`,
        'x-application-token': applicationToken,
        'content-type': 'application/json',
        'idempotency-key': `${caller}-${turn}`,
        prefer: turn % 3 === 0 ? 'respond-async' : 'wait=10',
      },
      body: JSON.stringify({ callbackUrls: [callbackOf(caller, turn)] }),
    })
  /** One change, sent until it is answered. */
  const change = async (id: string, caller: number, turn: number): Promise<void> => {
    for (let attempt = 0; ; attempt += 1)
      for (const address of tried(turn + attempt)) {
        const answer = await send(address, id, caller, turn).catch(() => undefined)
        if (answer === undefined) {
          cut += 1
          continue
        }
        const text = await answer.text().catch(() => '')
        // The one that was cut off is still being answered there.
        if (answer.status === 409 && attempt < 200) await sleep(100)
        else if (answer.status === 200 || answer.status === 202) {
          accepted.set(answer.headers.get('nexus-change') ?? `none of ${caller}-${turn}`, answer.status)
          return
        } else {
          wrong.push(`${answer.status} of ${address}: ${text}`)
          return
        }
      }
  }
  const call = async (id: string, caller: number): Promise<void> => {
    for (let turn = 0; !ending.signal.aborted; turn += 1) {
      wanted.set(id, callbackOf(caller, turn))
      await change(id, caller, turn)
      turns[caller] = turn + 1
      await sleep(pauseMs)
    }
  }
  const calling = Promise.all(ids.map(call))
  return {
    accepted,
    wrong,
    wanted,
    cut: () => cut,
    takeOut: (address) => void out.add(address),
    putIn: (address) => void out.delete(address),
    flow: async (answers) => {
      const goals = turns.map((turn) => turn + answers)
      const last = performance.now() + 60_000
      while (turns.some((turn, caller) => turn < (goals[caller] ?? 0))) {
        if (performance.now() > last) throw new Error(`Changes do not flow: ${turns.join(' ')} of ${goals.join(' ')}.`)
        await sleep(20)
      }
    },
    end: async () => {
      ending.abort()
      await calling
    },
  }
}

const callbackOf = (caller: number, turn: number): string => `https://app-${caller}.example.com/${turn}`

const Event = z.object({ kind: z.string() })

/** Somebody who looks on at whatever API there is, and goes on from the last event that they have seen. */
export const startLookingOn = ({ addresses, simulator }: World) => {
  const events = new Map<string, string>()
  const ends: string[] = []
  let lastId = ''
  const ending = new AbortController()
  const gone = new AbortController()
  const take = (block: string): void => {
    const id = /^id: (\d+)$/m.exec(block)?.[1]
    const data = /^data: (.*)$/m.exec(block)?.[1]
    const name = /^event: (.*)$/m.exec(block)?.[1]
    if (name === undefined && id !== undefined && data !== undefined) events.set(id, Event.parse(JSON.parse(data)).kind)
    if (name !== undefined) ends.push(`${name} ${data ?? ''}`)
    if (id !== undefined) lastId = id
  }
  const read = async (address: string): Promise<void> => {
    const token = simulator.issueUserToken({ sub: 'auth0|watcher', permissions: ['client.read.all'] })
    const answer = await fetch(`${address}/v1/tenants/acme/events`, {
      headers: {
        authorization: `Bearer ${token}`,
        'x-application-token': applicationToken,
        ...(lastId !== '' && { 'last-event-id': lastId }),
      },
      signal: gone.signal,
    })
    let rest = ''
    if (answer.status !== 200 || answer.body === null) throw new Error(`${answer.status}`)
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const blocks = `${rest}${chunk}`.split('\n\n')
      rest = blocks.pop() ?? ''
      blocks.forEach(take)
    }
  }
  const looking = (async () => {
    for (let turn = 0; !ending.signal.aborted; turn += 1) {
      await read(Object.values(addresses)[turn % 2] ?? '').catch(() => undefined)
      await sleep(50)
    }
  })()
  return {
    /** Kinds of the events, each once. */
    kinds: (): readonly string[] => [...events.values()],
    /** What streams have said that is no event: why they ended, or that something may have been missed. */
    ends: (): readonly string[] => ends,
    isOpen: (): boolean => lastId !== '',
    end: async (): Promise<void> => {
      ending.abort()
      gone.abort()
      await looking
    },
  }
}
