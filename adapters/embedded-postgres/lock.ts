import { open, readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from '../../domain/shape.ts'

/** Whether there is a process of that number, whoever it belongs to. */
export const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Locks that this process holds: after a restart, the number in a lock left behind may be this process' own. */
const held = new Set<string>()

/** Two programs that start at once must not both make a database. The lock of a program that died is taken over. */
export const exclusively = async <T>(lock: string, work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      const handle = await open(lock, 'wx', 0o600)
      held.add(lock)
      await handle.writeFile(String(process.pid))
      await handle.close()
      break
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      if (await isAbandoned(lock)) await rm(lock, { force: true })
      await sleep(100)
    }
  }
  try {
    return await work()
  } finally {
    held.delete(lock)
    await rm(lock, { force: true })
  }
}

const isAbandoned = async (lock: string): Promise<boolean> => {
  const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
  if (holder === process.pid) return !held.has(lock)
  if (holder !== 0 && !isAlive(holder)) return true
  // Just created and not yet written, it reads as 0. Nothing takes longer than the start, which ends after a minute.
  const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }))
  return Date.now() - mtimeMs > 120_000
}
