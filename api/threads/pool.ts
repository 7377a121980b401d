import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { Problem, unavailable } from '../http/problem.ts'
import { problemIn } from '../http/stored-answer.ts'
import type { Job, Report, Results } from './jobs.ts'
import { codeOf } from '../../domain/shape.ts'

/** Work of which the event loop must know nothing but the result. */
export interface Pool {
  /**
   * Does a job in a thread of its own, as it would be done here.
   *
   * @throws whatever Problem the job throws; Problem 503 where too many jobs wait, where it takes too long, where its thread
   *   ends, and once the pool is closed
   */
  readonly run: (job: Job) => Promise<Results[Job['name']]>
  /** Ends every thread. What is under way is answered 503. */
  readonly close: () => Promise<void>
}

export interface PoolSettings {
  /** Threads, each begun when it is first needed. */
  readonly threads: number
  /** Jobs that may wait for a thread. Each keeps a body in memory. */
  readonly waiting: number
  /** How long a job may take, its wait apart. Milliseconds. */
  readonly deadlineMs: number
  /** After how long a thread without work ends. Milliseconds. */
  readonly idleMs: number
  /**
   * Memory of a thread. What bodies may hold is bounded so that none comes near: JSON.parse would take the whole process
   * down with it.
   */
  readonly megabytes: number
}

export const usualPool: PoolSettings = { threads: 2, waiting: 8, deadlineMs: 60_000, idleMs: 60_000, megabytes: 2048 }

/** Compiled, as it is in a package, the thread is as well. */
const program = new URL(`./thread${path.extname(import.meta.url)}`, import.meta.url)

interface Waiting {
  readonly job: Job
  readonly resolve: (result: Results[Job['name']]) => void
  readonly reject: (problem: Problem) => void
}

const full = (): Problem =>
  unavailable('Too many large bodies are being worked on; nothing was done. Send it again.', 2000)

/** What killed a thread may quote the body, so nothing of it is told. */
const ended = (): Problem =>
  unavailable('The thread that worked on the body ended; nothing was done. Send it again.', 5000)

/**
 * Threads for large bodies. A thread that ends, whatever the reason, takes its job with it and nothing else: the next job
 * gets a new one.
 *
 * @param log told of threads that ended at work; never of what they worked on
 */
export const createPool = (
  settings: PoolSettings,
  log: { readonly error: (facts: object, message: string) => void },
): Pool => {
  const waiting: Waiting[] = []
  const idle: { readonly thread: Worker; readonly timer: NodeJS.Timeout }[] = []
  const threads = new Set<Worker>()
  let closed = false

  const begin = (): Worker => {
    const thread = new Worker(program, {
      stdout: false,
      stderr: false,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: settings.megabytes },
    })
    threads.add(thread)
    thread.once('exit', () => threads.delete(thread))
    // One without work may fail too: then nobody waits for it.
    thread.on('error', () => undefined)
    return thread
  }

  const take = (): Worker | undefined => {
    const free = idle.pop()
    if (free !== undefined) {
      clearTimeout(free.timer)
      free.thread.ref()
      return free.thread
    }
    return threads.size < settings.threads ? begin() : undefined
  }

  const giveBack = (thread: Worker): void => {
    if (closed || !threads.has(thread)) return
    thread.unref()
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((one) => one.thread === thread),
        1,
      )
      void thread.terminate()
    }, settings.idleMs)
    timer.unref()
    idle.push({ thread, timer })
  }

  const next = (): void => {
    const [first] = waiting
    const thread = first === undefined ? undefined : take()
    if (first === undefined || thread === undefined) return
    waiting.shift()
    work(thread, first)
  }

  const work = (thread: Worker, { job, resolve, reject }: Waiting): void => {
    let failure: unknown
    const deadline = setTimeout(() => {
      failure = unavailable('Working on the body took too long; nothing was done.', 5000)
      void thread.terminate()
    }, settings.deadlineMs)
    const onMessage = (report: Report): void => {
      done()
      giveBack(thread)
      next()
      if (report.kind === 'done') resolve(report.result)
      else reject(problemIn(report.problem))
    }
    const onError = (error: unknown): void => {
      failure ??= error
    }
    const onExit = (): void => {
      done()
      next()
      if (!closed && !(failure instanceof Problem))
        log.error({ job: job.name, code: codeOf(failure) ?? null }, 'a thread for large bodies ended at work')
      reject(failure instanceof Problem ? failure : ended())
    }
    const done = (): void => {
      clearTimeout(deadline)
      thread.off('message', onMessage).off('error', onError).off('exit', onExit)
    }
    thread.on('message', onMessage).on('error', onError).on('exit', onExit)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage(job)
  }

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        if (closed || waiting.length >= settings.waiting) reject(full())
        else {
          waiting.push({ job, resolve, reject })
          next()
        }
      }),
    close: async () => {
      closed = true
      for (const { reject } of waiting.splice(0)) reject(full())
      for (const { timer } of idle.splice(0)) clearTimeout(timer)
      await Promise.all([...threads].map((thread) => thread.terminate()))
    },
  }
}
