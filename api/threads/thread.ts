import { parentPort } from 'node:worker_threads'
import { reportOn } from './jobs.ts'
import type { Job } from './jobs.ts'

/** A thread for large bodies: does one job after the other. Its heap grows with the bodies, and is bounded by the pool. */
parentPort?.on('message', (job: Job) => {
  const report = reportOn(job)
  // Bytes are handed over, not copied.
  const bytes =
    report.kind === 'done' && typeof report.result === 'object' && 'text' in report.result
      ? [report.result.text.buffer]
      : []
  parentPort?.postMessage(
    report,
    bytes.filter((buffer) => buffer instanceof ArrayBuffer),
  )
})
