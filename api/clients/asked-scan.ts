import { setTimeout as sleep } from 'node:timers/promises'
import type { AskedScan, Scans } from '../../adapters/postgres/clients/scans.ts'
import type { ApiRequest } from '../http/request.ts'

/**
 * A scan that somebody asks for. The scan is the worker's; they meet in the tenant's row, and one scan serves all who ask
 * before it is over or shortly afterwards.
 */

export interface AsksForScans {
  readonly scans: Pick<Scans, 'ask' | 'asked'>
}

/** Whoever asks within this time after the end of a scan that was asked for is answered from it. */
const sharedMs = 30_000
const lookEveryMs = 200

/**
 * Asks for a scan that begins from now on, and waits for its end for a while.
 *
 * @returns the time of the question, and how far the scan is: `beganAt` is null where it is not over
 */
export const askedScan = async (
  { scans }: AsksForScans,
  { gone, closing }: Pick<ApiRequest, 'gone' | 'closing'>,
  tenantId: string,
  waitMs: number,
): Promise<AskedScan & { readonly askedAt: Date }> => {
  const askedAt = await scans.ask(tenantId, sharedMs)
  const until = performance.now() + waitMs
  for (;;) {
    const scan = await scans.asked(tenantId)
    const isOver = scan.beganAt !== null || scan.problem !== null
    if (isOver || performance.now() >= until || gone.aborted || closing.aborted) return { ...scan, askedAt }
    await sleep(lookEveryMs)
  }
}
