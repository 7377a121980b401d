import { expect, test } from 'vitest'
import { isKeptBeside } from '../../../domain/clients/untouchable.ts'

test.each([
  { reason: 'a client of the tenant', clientId: 'shop', client: { name: 'Shop' }, kept: true },
  { reason: 'one that says that it is not the global one', clientId: 'shop', client: { global: false }, kept: true },
  { reason: 'the global one', clientId: 'all', client: { global: true }, kept: false },
  { reason: "Nexus' own", clientId: 'nexus', client: { name: 'Nexus' }, kept: false },
  { reason: 'ids compare exactly', clientId: 'Nexus', client: { name: 'Nexus' }, kept: true },
])('$reason: kept is $kept', ({ clientId, client, kept }) => {
  expect(isKeptBeside('nexus')({ clientId, client })).toBe(kept)
})
