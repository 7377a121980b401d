import { expect, vi } from 'vitest'
import type { Stack } from '../support/stack.ts'

/** Resolves when a statement finds one row. */
const untilFound = (stack: Stack, text: string): Promise<void> =>
  vi.waitFor(async () => expect(await stack.query(text)).toHaveLength(1), { timeout: 40_000 })

/** Resolves when no scan of the tenant `acme` is under way or due: the first one begins with the worker. */
export const untilScanned = (stack: Stack): Promise<void> =>
  untilFound(
    stack,
    `select from nexus.tenants
     where tenant_id = 'acme' and last_scan_at is not null and next_scan_at > now() and scan_until is null`,
  )

/** Makes a scan due that begins from now on. One that is under way is waited for: it sets itself when the next is due. */
export const makeScanDue = (stack: Stack): Promise<void> =>
  untilFound(
    stack,
    `update nexus.tenants set next_scan_at = now() where tenant_id = 'acme' and scan_until is null returning tenant_id`,
  )

/** Resolves when a scan that began from now on is over. */
export const scanAgain = async (stack: Stack): Promise<void> => {
  await makeScanDue(stack)
  await untilScanned(stack)
}
