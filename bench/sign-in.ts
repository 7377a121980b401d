import { setTimeout as sleep } from 'node:timers/promises'
import { hashPassword } from '../adapters/credentials/passwords.ts'
import { issuePassword } from '../adapters/passwords/issued-password.ts'
import { assembleStack } from '../test/support/assemble-stack.ts'
import type { Stack } from '../test/support/assemble-stack.ts'
import { startEmbeddedServers, startRealServers } from '../test/support/local-servers.ts'
import type { LocalServers } from '../test/support/local-servers.ts'
import type { Bench, Report } from './report.ts'
import { median, ms, quantile } from './statistics.ts'

const guessesPerSecond = 200
/** Guesses go on for so long before anything is measured, and while it is. */
const warmUpSeconds = 3
const seconds = 20
const goals = { issuedMs: 50, chosenMs: 1000 }

const chosen = { name: 'operator', password: 'a password that somebody chose' }
const home = '192.0.2.1'

/** How long those who are right wait while 200 others a second guess, from many addresses and in many names. */
export const signIn: Bench = async (report) => {
  await measure('embedded', await startEmbeddedServers(), report)
  const real = await startRealServers()
  if ('missing' in real) report({ note: `PostgreSQL and Redis: left out, ${real.missing}` })
  else await measure('PostgreSQL and Redis', real, report)
}

const measure = async (name: string, local: LocalServers, report: Report): Promise<void> => {
  const passwordHash = await hashPassword(chosen.password)
  const account = { passwordHash, permissions: ['client.write.all', 'tenant.admin'], tenants: '*' }
  const stack = await assembleStack(local.servers, {
    file: {
      server: { host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] },
      serviceAccounts: [
        { name: chosen.name, ...account },
        { name: 'traveller', ...account },
      ],
    },
  })
  try {
    const robot = { name: 'robot', password: await makeAccount(stack) }
    const guesses: Promise<number>[] = []
    const issued: Promise<Timed>[] = []
    const known: Promise<Timed>[] = []
    const remembered: Promise<Timed>[] = []
    const travelling: Promise<Timed>[] = []
    const stop = [every(1000 / guessesPerSecond, (index) => guesses.push(guess(stack, index)))]
    await sleep(warmUpSeconds * 1000)
    stop.push(
      every(50, (index) => issued.push(timed(stack, robot, `198.51.${index % 250}.7`))),
      // A right one is remembered for five minutes: a mistyped one is verified by work each time.
      every(1000, (index) => known.push(timed(stack, { ...chosen, password: `mistyped ${index}` }, home))),
      every(1000, () => remembered.push(timed(stack, chosen, home))),
      every(1000, (index) => travelling.push(timed(stack, { ...chosen, name: 'traveller' }, `100.64.${index}.1`))),
    )
    await sleep(seconds * 1000)
    for (const end of stop) end()
    const statuses = await Promise.all(guesses)
    report({
      note: `${name}: ${statuses.length} wrong guesses in ${warmUpSeconds + seconds} s (${countsOf(statuses)})`,
    })
    const tell = telling(report, name)
    tell('issued, from any address', await Promise.all(issued), 0.99, goals.issuedMs)
    tell('chosen, by work, from a known address', await Promise.all(known), 1, goals.chosenMs)
    tell('chosen, remembered', await Promise.all(remembered), 1, goals.chosenMs)
    tell('chosen, from a new address (429 is allowed)', await Promise.all(travelling), 1, null)
  } finally {
    await stack.close()
    await local.close()
  }
}

const makeAccount = async (stack: Stack): Promise<string> => {
  const answer = await fetch(`${stack.url}/v1/admin/accounts`, {
    method: 'POST',
    headers: { ...headersOf(chosen, home), 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'robot', tenants: ['acme'], permissions: ['client.read'] }),
  })
  const { password } = Object(await answer.json())
  return String(password)
}

interface Person {
  readonly name: string
  readonly password: string
}
interface Timed {
  readonly status: number
  readonly tookMs: number
}

const headersOf = ({ name, password }: Person, address: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
  'x-forwarded-for': address,
})

/** @returns the status; 0 where the connection ended, as an idle one may just when it is used again */
const sign = async (stack: Stack, person: Person, address: string): Promise<number> => {
  try {
    const answer = await fetch(`${stack.url}/v1/tenants`, { headers: headersOf(person, address) })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return 0
  }
}

const timed = async (stack: Stack, person: Person, address: string): Promise<Timed> => {
  const start = performance.now()
  const status = await sign(stack, person, address)
  return { status, tookMs: performance.now() - start }
}

/** Half in the form of an issued password; half at names that there are, half at others; each from an address of its own. */
const guess = (stack: Stack, index: number): Promise<number> => {
  const names = ['robot', 'operator', `somebody-${index}`, `another-${index}`]
  const password = index % 8 < 4 ? issuePassword() : `guess ${index}`
  return sign(stack, { name: names[index % 4] ?? '', password }, `203.0.${(index >> 8) % 256}.${index % 256}`)
}

/** Does something at a steady pace, however long it takes. @returns what ends it */
const every = (intervalMs: number, act: (index: number) => void): (() => void) => {
  const start = performance.now()
  let done = 0
  const timer = setInterval(
    () => {
      for (const due = (performance.now() - start) / intervalMs; done < due; done += 1) act(done)
    },
    Math.min(intervalMs, 10),
  )
  return () => clearInterval(timer)
}

const countsOf = (statuses: readonly number[]): string =>
  [...Map.groupBy(statuses, (status) => status)]
    .toSorted(([one], [other]) => one - other)
    .map(([status, all]) => `${all.length} × ${status}`)
    .join(', ')

const telling =
  (report: Report, name: string) =>
  (what: string, times: readonly Timed[], share: number, goalMs: number | null): void => {
    const took = times.map(({ tookMs }) => tookMs)
    report({
      name: `${what}, ${name}: ${share === 1 ? 'most' : `p${share * 100}`}`,
      value: quantile(took, share),
      unit: 'ms',
      ...(goalMs !== null && { goal: { most: goalMs } }),
      beside: `median ${ms(median(took))}; ${countsOf(times.map(({ status }) => status))}`,
    })
  }
