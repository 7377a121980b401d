import { spawnSync } from 'node:child_process'

/** Whether npm reaches a registry, without which nothing can be installed; CI must. */
export const hasRegistry =
  process.env['CI'] === 'true' ||
  spawnSync('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=5000'], { stdio: 'ignore' }).status === 0

/** What tells a program how the registry is reached from this machine: proxies, certificates, where npm is told more. */
const access =
  /^(https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|npm_config_(registry|cafile|(user|global)config))$/i

/** The variables of this process by which npm reaches the registry, for an environment that has nothing else of it. */
export const registryAccess: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    access.test(name) && value !== undefined ? [[name, value]] : [],
  ),
)
