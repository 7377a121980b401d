import { execFileSync } from 'node:child_process'
import type { ExecFileSyncOptionsWithStringEncoding } from 'node:child_process'
import { realpathSync } from 'node:fs'
import path from 'node:path'

/** The name that the Dockerfile asks for. */
const baseName = 'docker.io/library/node:24-bookworm-slim'

/** Runs buildah, and answers what it prints. */
export type Buildah = (...parameters: string[]) => string

/** Packages of the programs that the Dockerfile calls. */
const called = ['bash', 'coreutils', 'dash', 'findutils', 'grep', 'libc-bin']

const root = path.resolve(import.meta.dirname, '../../..')
const quiet: ExecFileSyncOptionsWithStringEncoding = { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', cwd: root }

/** buildah with images of its own, so that nobody's of the same name is replaced. @param folder where they are kept */
export const buildahIn =
  (folder: string): Buildah =>
  (...parameters) => {
    const storage = ['--root', path.join(folder, 'images'), '--runroot', path.join(folder, 'run')]
    return execFileSync('buildah', [...storage, ...parameters], quiet).trim()
  }

/** A folder in memory: images are copied again and again, and are thrown away. @returns takes it away */
export const mountMemory = (folder: string): (() => void) => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2g,mode=755', 'nexus-image', folder], quiet)
  return () => {
    execFileSync('umount', [folder], quiet)
  }
}

/**
 * Makes an image that stands for the base, as no registry may be within reach: Debian from its packages, this Node, and npm.
 *
 * @param scratch a folder for what comes between
 */
export const makeBase = (buildah: Buildah, scratch: string): void => {
  const debian = path.join(scratch, 'debian.tar')
  // Unpacked and not set up, which takes longest: what the Dockerfile calls, and what Node needs.
  const include = `--include=${[...called, 'libstdc++6'].join()}`
  execFileSync('mmdebstrap', ['--quiet', '--variant=extract', include, 'bookworm', debian], quiet)
  // …/npm/bin/npm-cli.js
  const npm = path.dirname(path.dirname(realpathSync(execFileSync('sh', ['-c', 'command -v npm'], quiet).trim())))
  const container = buildah('from', 'scratch')
  buildah('add', '--quiet', container, debian, '/')
  buildah('copy', '--quiet', container, process.execPath, '/usr/local/bin/node')
  buildah('copy', '--quiet', container, npm, '/usr/local/lib/npm')
  buildah(
    'run',
    '--isolation',
    'chroot',
    container,
    '--',
    'ln',
    '-s',
    '../lib/npm/bin/npm-cli.js',
    '/usr/local/bin/npm',
  )
  // A network that ends TLS itself has a certificate of its own, which npm then needs here, too.
  const certificates = process.env['NODE_EXTRA_CA_CERTS']
  if (certificates !== undefined) {
    buildah('copy', '--quiet', container, certificates, '/certificates.pem')
    buildah('config', '--env', 'NODE_EXTRA_CA_CERTS=/certificates.pem', container)
  }
  buildah('commit', '--quiet', '--rm', container, baseName)
}
