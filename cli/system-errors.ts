import type { Exit } from './exit-codes.ts'

/** What the operating system refuses, and packages that are not there, as sentences with a remedy. */

/** The members of an error of the system that a sentence needs; an empty text where it has none. */
type Members = Readonly<Record<'code' | 'syscall' | 'path' | 'address' | 'port' | 'message', string>>

interface Known {
  readonly exit: Exit
  readonly says: (error: Members) => string
}

/** A clone runs its sources; what a package runs was compiled. */
const reinstall = import.meta.filename.endsWith('.ts')
  ? 'Run npm ci in the folder of Nexus.'
  : 'Run npm install where Nexus is installed.'

const otherPort = 'choose another server.port (for the metrics: server.metricsPort)'

/** Of a server that cannot listen. */
const listening: Readonly<Record<string, Known>> = {
  EADDRINUSE: {
    exit: 'failed',
    says: ({ address, port }) =>
      `Another program listens on ${address}:${port}. End it (lsof -i :${port} names it), or ${otherPort}.`,
  },
  EADDRNOTAVAIL: {
    exit: 'configuration',
    says: ({ address }) =>
      `This machine has no address ${address}. Correct server.host; 0.0.0.0 stands for all addresses.`,
  },
  EACCES: {
    exit: 'configuration',
    says: ({ address, port }) =>
      `This user may not listen on ${address}:${port}; ports below 1024 need a privilege. Grant it, or ${otherPort}.`,
  },
}

/** Why a file or a folder cannot be used. */
const files: Readonly<Record<string, string>> = {
  EACCES: 'this user may not. Change its permissions, or choose another place',
  EPERM: 'this user may not. Change its permissions, or choose another place',
  EROFS: 'the file system is read-only. Choose another place',
  ENOSPC: 'the disk is full. Free some space, or choose another place',
  ENOENT: 'it does not exist. Check the path',
  ENOTDIR: 'a part of the path is a file, not a folder. Check the path',
  EISDIR: 'it is a folder, not a file. Check the path',
}

const membersOf = (error: Error): Members => {
  const textOf = (member: string): string => {
    const value: unknown = Reflect.get(error, member)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  return {
    code: textOf('code'),
    syscall: textOf('syscall'),
    path: textOf('path'),
    address: textOf('address'),
    port: textOf('port'),
    message: error.message,
  }
}

const knownOf = ({ code, syscall, path }: Members): Known | undefined => {
  if (code === 'ERR_MODULE_NOT_FOUND')
    return {
      exit: 'failed',
      says: ({ message }) => `${/package '([^']+)'/.exec(message)?.[1] ?? 'A package'} is not installed. ${reinstall}`,
    }
  if (syscall === 'listen' || syscall === 'bind') return listening[code]
  const why = files[code]
  // What a program cannot be started for has a path, too.
  if (why === undefined || path === '' || syscall.startsWith('spawn')) return undefined
  return { exit: 'failed', says: () => `${path} cannot be used: ${why}.` }
}

/** What to say of an error of the system; undefined where nobody has thought of it. */
export const systemProblem = (error: Error): { readonly code: Exit; readonly detail: string } | undefined => {
  const members = membersOf(error)
  const known = knownOf(members)
  return known && { code: known.exit, detail: known.says(members) }
}
