import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashToken, issueToken } from '../../../adapters/credentials/application-tokens.ts'
import { createCallerStore } from '../../../adapters/postgres/callers.ts'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import type { Postgres } from '../../../adapters/postgres/database/connect.ts'
import { applicationOfConsole } from '../../../cli/doctor/console.ts'
import { servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { startConsole } from './support.ts'

describe.skipIf(servers === null)('nexus doctor says of the application of the console', () => {
  let stack: Stack
  let postgres: Postgres
  beforeAll(async () => {
    stack = await startConsole()
    postgres = connect(stack.databaseUrl, () => undefined, { size: 1 })
  })
  afterAll(async () => {
    await postgres.close()
    await stack.close()
  })

  const said = async (token: string): Promise<string> => {
    const { configuration } = stack
    const console = configuration.console && { ...configuration.console, applicationToken: token }
    const [finding] = await applicationOfConsole(postgres.db, { ...configuration, console })
    return `${finding?.level}: ${finding?.said}`
  }

  test('which one of the configuration it is', async () => {
    expect(await said(stack.configuration.console?.applicationToken ?? '')).toBe('ok: portal, of the configuration.')
  })

  test('that there is none', async () => {
    expect(await said(issueToken())).toMatch(/^fail: No application has the token/)
  })

  test('whether the one of the database is let in', async () => {
    const token = issueToken()
    const { application } = createCallerStore(postgres.db)
    const grant = { tenants: '*' as const, permissions: null, roles: [], products: null, terraformStates: [] }
    const entry = { name: 'console', grant, hash: hashToken(token), expiresAt: null, createdBy: null }
    await application.create(entry)
    expect(await said(token)).toBe('ok: console, of the database.')
    await stack.query('update nexus.application_tokens set disabled_at = now()')
    expect(await said(token)).toBe('fail: console is disabled: nobody can sign in.')
  })
})
