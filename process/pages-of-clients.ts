import { setTimeout as sleep } from 'node:timers/promises'
import type { Auth0 } from '../adapters/auth0/auth0.ts'
import { pageSize } from '../adapters/auth0/page-size.ts'
import { paced } from '../adapters/auth0/pacer.ts'
import type { Pacer } from '../adapters/auth0/pacer.ts'
import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Listed, Scans } from '../adapters/postgres/clients/scans.ts'
import { isKeptBeside } from '../domain/clients/untouchable.ts'
import { NotListed } from './not-listed.ts'

interface Reading {
  readonly auth0: Pick<Auth0, 'list'>
  readonly pacer: Pacer
  readonly scans: Pick<Scans, 'time'>
}

/** Tries for one page before the reading is given up, and the time between two. */
const tries = 5
const againMs = 2000

/** Every client of a tenant as Auth0 has it, page by page, with the time before each page was asked for. @throws NotListed */
export const pagesOf = async function* (
  { auth0, pacer, scans }: Reading,
  { id, credential }: Pick<TenantConfiguration, 'id' | 'credential'>,
): AsyncGenerator<{ readonly askedAt: Date; readonly clients: readonly Listed[] }, void, void> {
  let from: string | undefined
  let failed = 0
  do {
    const askedAt = await scans.time()
    const place = from
    const reply = await paced(pacer, id, 'read-clients', { rank: 'change' }, () => auth0.list(id, place, pageSize))
    if (reply.ok) {
      yield { askedAt, clients: reply.body.clients.filter(isKeptBeside(credential.clientId)) }
      from = reply.body.next
      failed = 0
    } else {
      failed += 1
      if (failed === tries) throw new NotListed(id, reply.message)
      await sleep(againMs)
    }
  } while (from !== undefined || failed > 0)
}
