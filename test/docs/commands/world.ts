import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startSimulator } from '../../../simulator/main.ts'
import type { Simulator } from '../../../simulator/main.ts'
import { freePort } from '../../../adapters/embedded-postgres/free-port.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'

/** What the commands of a page run in. */
export interface World {
  /** A clone of the project in which nothing has been done yet. */
  readonly clone: string
  /** Where the shell looks for programs first. */
  readonly bin: string
  readonly auth0: Simulator
  readonly session: Session
  /** Where Nexus listens once it is started. */
  readonly port: number
  readonly url: string
  readonly close: () => Promise<void>
}

const root = path.resolve(import.meta.dirname, '../../..')

/** What work leaves behind in a folder of the project. */
const leftByWork = ['.git', '.nexus', '.verify', '.mutation', '.env', 'nexus.yaml', 'cdktf.out']

const link = (from: string, to: string, without: readonly string[] = []): void => {
  for (const name of readdirSync(from))
    if (!without.includes(name)) symlinkSync(path.join(from, name), path.join(to, name))
}

/** Links in the place of the project's files, so that a page writes beside them and not among them. */
const makeClone = (): string => {
  const clone = mkdtempSync(path.join(os.tmpdir(), 'nexus-guide-'))
  // PostgreSQL, which refuses to run as root, must reach its data.
  chmodSync(clone, 0o755)
  link(root, clone, [...leftByWork, 'stacks'])
  mkdirSync(path.join(clone, 'stacks', 'tenants'), { recursive: true })
  link(path.join(root, 'stacks'), path.join(clone, 'stacks'), ['tenants'])
  return clone
}

/** A curl that fails where the server refuses: a page whose example is refused is wrong. */
const curlSettings = 'fail-with-body\nsilent\nshow-error\n'

export const openWorld = async (): Promise<World> => {
  const [clone, home] = [makeClone(), mkdtempSync(path.join(os.tmpdir(), 'nexus-guide-home-'))]
  writeFileSync(path.join(home, '.curlrc'), curlSettings)
  const [auth0, port] = [await startSimulator(), await freePort()]
  const bin = path.join(home, 'bin')
  const session = openSession(clone, home, {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    NO_COLOR: '1',
    npm_config_update_notifier: 'false',
    CHECKPOINT_DISABLE: '1',
    // The folder that `nexus synth` looks into stands beside the program, which is a link here.
    NEXUS_TENANTS_DIR: path.join(clone, 'stacks', 'tenants'),
  })
  return {
    clone,
    bin,
    auth0,
    session,
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await session.end()
      await auth0.close()
      for (const folder of [clone, home]) rmSync(folder, { recursive: true, force: true })
    },
  }
}
