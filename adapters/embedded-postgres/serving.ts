import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

/** A program that serves from an embedded PostgreSQL, and looks after it. */
const Registration = z.strictObject({ pid: z.int().positive(), since: z.string(), port: z.int().positive() })
export type Registration = z.infer<typeof Registration>

const folderIn = (directory: string): string => path.join(directory, 'serving')

let registered = 0

/** Notes that this process serves from the server on `port`. @returns takes the note away */
export const registerServing = async (directory: string, port: number): Promise<() => Promise<void>> => {
  await mkdir(folderIn(directory), { recursive: true, mode: 0o700 })
  const file = path.join(folderIn(directory), `${process.pid}-${(registered += 1)}`)
  const registration: Registration = { pid: process.pid, since: (await beginningOf(process.pid)) ?? '', port }
  await writeFile(file, JSON.stringify(registration), { mode: 0o600 })
  return () => rm(file, { force: true })
}

/** Who serves there now. What a killed program left behind is taken away: its number may be another program's by now. */
export const servingIn = async (directory: string): Promise<Registration[]> => {
  const files = await readdir(folderIn(directory)).catch(() => [])
  const found = await Promise.all(
    files.map(async (name) => {
      const file = path.join(folderIn(directory), name)
      const registration = read(await readFile(file, 'utf8').catch(() => ''))
      if (registration !== undefined && (await beginningOf(registration.pid)) === registration.since)
        return [registration]
      await rm(file, { force: true })
      return []
    }),
  )
  return found.flat()
}

const read = (text: string): Registration | undefined => {
  try {
    return Registration.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** When a process began, as its system writes it; undefined where it is gone, also where nobody has waited for it yet. */
const beginningOf = async (pid: number): Promise<string | undefined> => {
  try {
    if (process.platform !== 'linux')
      return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim()
    // See proc_pid_stat(5): state and start time, counted from the bracket that closes the name.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
