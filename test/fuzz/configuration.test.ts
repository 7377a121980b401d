import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configuredCallers } from '../../adapters/config/configured-callers.ts'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { ConfigurationError } from '../../adapters/config/problems.ts'
import { readClaims } from '../../adapters/credentials/claims.ts'
import { Unauthenticated } from '../../adapters/credentials/errors.ts'
import { readState } from '../../domain/terraform/state.ts'
import { LockInfo } from '../../domain/terraform/state-lock.ts'
import { lockOf, managedClient, stateText } from '../terraform/support.ts'
import { mutated, odd } from '../support/odd.ts'

const runs = { numRuns: 1000 * Number(process.env['NEXUS_FUZZ_FACTOR'] ?? 1) }

const text = readFileSync('docs/examples/nexus.yaml', 'utf8')
const example: unknown = parse(text)
const env = Object.fromEntries([...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => [name, 'x'.repeat(43)]))

/** Every number that is somewhere in a value. */
const numbersIn = (value: unknown): number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(numbersIn)
      : []

/** What was thrown that is no answer to whoever wrote it; '' for nothing. */
const refusalOf = (work: () => unknown): string => {
  try {
    work()
    return ''
  } catch (error) {
    return error instanceof ConfigurationError || error instanceof Unauthenticated ? '' : String(error)
  }
}

test('whatever stands in the configuration, it is used or refused with reasons', () => {
  fc.assert(
    fc.property(mutated(example), (file) => {
      const outcome = (): unknown => {
        try {
          const configuration = parseConfiguration(JSON.stringify(file) ?? '', { file: 'nexus.yaml', env })
          configuredCallers(configuration)
          return numbersIn(configuration).filter((number) => !Number.isSafeInteger(number))
        } catch (error) {
          if (!(error instanceof ConfigurationError)) throw error
          return error.problems.length === 0 ? 'no reason' : []
        }
      }
      expect(outcome()).toEqual([])
    }),
    runs,
  )
})

test('whatever an environment variable holds', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...Object.keys(env), 'NEXUS_DATABASE_URL', 'NEXUS_REDIS_URL', 'NEXUS_PORT'), odd),
      (given) => {
        expect(refusalOf(() => parseConfiguration(text, { file: 'nexus.yaml', env: { ...env, ...given } }))).toBe('')
      },
    ),
    { numRuns: 300 },
  )
})

const state: unknown = JSON.parse(
  stateText(1, [managedClient('client1'), managedClient('client2', { module: 'module.a["x"]', name: 'b' })]),
)

test('whatever stands in a state, in a lock, in claims: it is read, or the reasons are told', () => {
  const names = { userId: 'sub', permissions: 'permissions', scope: 'scope', roles: 'roles', products: 'products' }
  const claims = { sub: 'auth0|ann', permissions: ['client.read'], scope: 'a b', roles: ['x'], products: ['y'] }
  fc.assert(
    fc.property(mutated(state), mutated(lockOf('lock')), mutated(claims), (raw, lock, payload) => {
      const reading = readState(raw)
      expect(reading.ok || reading.issues.length > 0).toBe(true)
      const info = LockInfo.safeParse(lock)
      expect(info.success || info.error.issues.length > 0).toBe(true)
      const object = typeof payload === 'object' && payload !== null ? { ...payload } : {}
      expect(refusalOf(() => readClaims(object, names))).toBe('')
    }),
    runs,
  )
})
