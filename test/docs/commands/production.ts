import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from '../../../adapters/embedded-postgres/free-port.ts'
import { startOwnPostgres, startOwnRedis } from '../../support/local-servers.ts'
import type { Page, Replacements } from './page.ts'
import { shop, shortenNpx } from './serve.ts'
import type { World } from './world.ts'

/** The page's servers, which the machine has for everybody: here they are of this world alone. */
const startServers = async (): Promise<Replacements> => {
  const [postgres, redis] = [await startOwnPostgres([]), await startOwnRedis([])]
  if (postgres === undefined || redis === undefined) throw new Error('The machine has no PostgreSQL, or no Redis.')
  onTestFinished(postgres.close)
  onTestFinished(redis.close)
  const ports = [postgres.url, redis.url].map((url) => new URL(url).port)
  return [
    ['runuser -u postgres -- psql', `psql '${postgres.url}'`],
    ['redis-cli', `redis-cli -p ${ports[1]}`],
    ['db.example.com:5432', `127.0.0.1:${ports[0]}`],
    ['redis.example.com:6379', `127.0.0.1:${ports[1]}`],
  ]
}

/** Ports of the page that may be taken here. */
const freePorts = async (): Promise<Replacements> => {
  const found: [string, string][] = []
  for (const port of [8080, 8081, 9464, 9465, 9466, 9467, 9090]) found.push([String(port), String(await freePort())])
  return found
}

/** Folders of the machine that are below the clone here. */
const folders = ({ clone }: World): Replacements => {
  const [configuration, prometheus] = [path.join(clone, 'etc'), path.join(clone, 'prometheus')]
  // The package of Prometheus makes it.
  mkdirSync(prometheus)
  return [
    ['node_modules/nexus/', ''],
    ['/opt/nexus', clone],
    ['/etc/nexus', configuration],
    ['/etc/prometheus', prometheus],
    ['/var/lib/prometheus/nexus', path.join(clone, 'series')],
    ['/var/backups/nexus', path.join(clone, 'backups')],
  ]
}

const othersMay = (file: string): boolean => (statSync(file).mode & 0o007) !== 0

/** From two empty servers to an installation whose secrets have been replaced. */
export const production: Page = {
  file: 'docs/guides/run-it-for-real.md',
  lines: 100,
  prepare: async (world) => {
    const { auth0 } = world
    auth0.seed({ name: 'Shop', client_id: shop })
    shortenNpx(world)
    const { clientId: ACME_CLIENT_ID, clientSecret: ACME_CLIENT_SECRET } = auth0.credential
    return {
      values: { ACME_CLIENT_ID, ACME_CLIENT_SECRET, CLIENT_ID: shop },
      replaced: [
        ...(await startServers()),
        ...(await freePorts()),
        ...folders(world),
        ['domain: acme.eu.auth0.com', `domain: ${auth0.httpUrl}\n    allowInsecure: true`],
        ['plan: free', 'plan: none'],
        ['_interval: 15s', '_interval: 1s'],
        ['shutdownDelay: 5s', 'shutdownDelay: 0s'],
      ],
    }
  },
  leftOut: [
    { begins: 'npm install ./nexus', because: 'test/ci/package.test.ts installs; here the packages are there' },
  ],
  lasting: {
    'NEXUS_PORT=8080 NEXUS_METRICS_PORT=9464 npx nexus api': /Nexus is up/,
    'NEXUS_METRICS_PORT=9465 npx nexus worker': /Nexus is up/,
    'NEXUS_PORT=8081 NEXUS_METRICS_PORT=9466 npx nexus api': /Nexus is up/,
    'NEXUS_METRICS_PORT=9467 npx nexus worker': /Nexus is up/,
    'prometheus --config.file /etc/prometheus/prometheus.yml --storage.tsdb.path /var/lib/prometheus/nexus --web.listen-address 127.0.0.1:9090':
      /Server is ready/,
  },
  restarted: [
    { begins: "runuser -u postgres -- psql -c 'alter role", because: 'every process has the new role' },
    { begins: 'REDISCLI_AUTH=$NEW_PASSWORD redis-cli -e acl', because: 'and the new password' },
    { begins: 'npx nexus state rekey', because: 'and both keys' },
  ],
  needs: ['psql', 'pg_dump', 'redis-cli', 'redis-server', 'openssl', 'prometheus', 'promtool', 'pg_ctlcluster'],
  leaves: ({ auth0, clone }) => [
    [auth0.clients.get(shop)?.['client_metadata'], { owners: '["billing-admins"]', product_name: 'Billing' }],
    // systemd reads what is secret as root; the processes, and Prometheus, are other users.
    ...['etc/nexus.env', 'etc/owner.env', 'backups'].map((name) => [othersMay(path.join(clone, name)), false] as const),
    ...['etc/nexus.yaml', 'prometheus/nexus.rules.yaml'].map(
      (name) => [othersMay(path.join(clone, name)), true] as const,
    ),
  ],
}
