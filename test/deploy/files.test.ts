import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { findProgram } from './programs.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(root, 'deploy', file), 'utf8')
const analyze = findProgram('systemd-analyze', 'apt-get install systemd')

const Compose = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({ volumes: z.array(z.string()).default([]), command: z.array(z.string()).optional() }),
  ),
})

describe('compose', () => {
  const text = read('compose/compose.yaml')
  const { services } = Compose.parse(parse(text, { merge: true }))
  const env = Object.fromEntries(
    read('compose/example.env')
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

  test('its processes take the configuration that they get', () => {
    const file = 'deploy/compose/nexus.yaml'
    const { server, tenants } = parseConfiguration(read('compose/nexus.yaml'), { file, env })
    expect(server).toMatchObject({ port: 8080, metricsPort: 9464 })
    expect(tenants.map(({ id }) => id)).toEqual(['sandbox'])
  })

  test('every variable that it asks for is in the example, and no other', () => {
    const asked = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))
    expect([...asked].toSorted()).toEqual(Object.keys(env).toSorted())
  })

  test('every file that it mounts is there', () => {
    const mounted = Object.values(services)
      .flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[0] ?? ''))
      .filter((source) => source.startsWith('.'))
    expect(new Set(mounted).size).toBe(3)
    expect(mounted.filter((source) => !existsSync(path.join(root, 'deploy/compose', source)))).toEqual([])
  })

  test('there are two processes of each kind, and Prometheus looks at every one', () => {
    const running = Object.keys(services).filter((name) => /^(?:api|worker)-\d$/.test(name))
    expect(running).toEqual(['api-1', 'api-2', 'worker-1', 'worker-2'])
    expect(running.filter((name) => !read('prometheus/prometheus.yaml').includes(`'${name}:9464'`))).toEqual([])
  })

  test('Redis keeps what it has: it makes no room, and writes to its disk', () => {
    const command = services['redis']?.command?.join(' ')
    expect(command).toContain('--maxmemory-policy noeviction')
    expect(command).toContain('--appendonly yes')
  })
})

const run = (...parameters: string[]): string =>
  execFileSync(analyze ?? '', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe.skipIf(analyze === undefined)('units of systemd', () => {
  test.each(globSync('systemd/*.service', { cwd: path.join(root, 'deploy') }))('%s', (file) => {
    const unit = path.join(root, 'deploy', file)
    // What it starts is not installed here; everything else must be right.
    let words = ''
    try {
      words = run('verify', '--man=no', unit)
    } catch (error) {
      words = String(Object(error).stderr)
    }
    expect(words.split('\n').filter((line) => line.includes(unit) && !line.includes('is not executable'))).toEqual([])
    const exposure = / (?<level>[\d.]+) \w+/.exec(
      /Overall exposure level.*/.exec(run('security', '--offline=yes', unit))?.[0] ?? '',
    )
    expect(Number(exposure?.groups?.['level'])).toBeLessThan(2.5)
  })
})
