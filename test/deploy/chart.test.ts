import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { hashPassword } from '../../adapters/credentials/passwords.ts'
import own from '../../package.json' with { type: 'json' }
import { ScaledObject } from './monitoring/scaled-object.ts'
import { findProgram } from './programs.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
const chart = path.join(root, 'deploy/helm/nexus')
const helm = findProgram('helm', 'go install helm.sh/helm/v3/cmd/helm@v3.18.6')
const validate = findProgram(
  'kubernetes-validate',
  'pip install kubernetes-validate',
  process.env['NEXUS_TEST_PYTHON_BIN'],
)

/** A helm that was built by `go install` takes itself to be of an old Kubernetes. */
const kubernetes = ['--kube-version', '1.33.0']

const config = {
  database: { url: '${NEXUS_DATABASE_URL}' },
  redis: { url: '${NEXUS_REDIS_URL}' },
  tenants: [
    { id: 'acme', domain: 'acme.eu.auth0.com', credential: { clientId: 'id', clientSecret: '${ACME_CLIENT_SECRET}' } },
  ],
}
const env = { NEXUS_DATABASE_URL: 'postgres://n:p@db/n', NEXUS_REDIS_URL: 'redis://r', ACME_CLIENT_SECRET: 's' }

/** What is always there. */
const usual = [
  'ConfigMap',
  'ConfigMap',
  'Deployment',
  'Deployment',
  'Job',
  'NetworkPolicy',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'PodDisruptionBudget',
  'Service',
]

const Values = z.looseObject({ config: z.looseObject({}) })
const Container = z.looseObject({
  env: z.array(z.unknown()).optional(),
  envFrom: z.array(z.unknown()).optional(),
  securityContext: z.unknown(),
})
const Pod = z.looseObject({ containers: z.tuple([Container]) })
const annotations = z.record(z.string(), z.string())
const KubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  data: z.record(z.string(), z.string()).optional(),
  spec: z
    .looseObject({ template: z.looseObject({ metadata: z.looseObject({ annotations }), spec: Pod }).optional() })
    .optional(),
})
type KubernetesObject = z.infer<typeof KubernetesObject>

const named = (objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`)
  return found
}

const refs = (object: KubernetesObject) => object.spec?.template?.spec.containers[0].envFrom

describe.skipIf(helm === undefined)('the chart', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-chart-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const given = async (values: object): Promise<string> => {
    const file = path.join(folder, `${crypto.randomUUID()}.yaml`)
    await writeFile(file, stringify(values))
    return file
  }
  const template = async (values: object): Promise<{ readonly text: string; readonly objects: KubernetesObject[] }> => {
    const { stdout } = await run(helm ?? '', [
      'template',
      'prod',
      chart,
      ...kubernetes,
      '--values',
      await given(values),
    ])
    const objects = parseAllDocuments(stdout)
      .map((document) => document.toJS() as unknown)
      .filter((object) => object !== null)
      .map((object) => KubernetesObject.parse(object))
    return { text: stdout, objects }
  }

  const table: readonly { readonly what: string; readonly values: object; readonly kinds: readonly string[] }[] = [
    { what: 'only what must be given', values: { config }, kinds: usual },
    {
      what: 'everything',
      values: {
        config: { ...config, server: { publicUrl: 'https://nexus.example.com' } },
        image: { repository: 'registry.example.com/nexus', tag: 'abc' },
        imagePullSecrets: ['pull'],
        secrets: ['nexus', 'nexus-tenants'],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_SAMPLER_ARG: '0.1' },
        migration: { secrets: ['nexus-owner'] },
        worker: { replicas: 3, tenants: ['acme', 'globex'] },
        ingress: { enabled: true, host: 'nexus.example.com', className: 'nginx', tlsSecret: 'tls' },
        networkPolicy: { apiFrom: [{ podSelector: {} }], metricsFrom: [{ namespaceSelector: {} }] },
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ key: 'spot', operator: 'Exists' }],
        podAnnotations: { team: 'identity' },
        topologyKey: 'kubernetes.io/hostname',
      },
      kinds: [...usual, 'Ingress'],
    },
    {
      what: 'the objects of the Prometheus operator',
      values: { config, monitoring: { podMonitor: true, rules: true } },
      kinds: [...usual, 'PodMonitor', 'PrometheusRule'],
    },
    {
      what: 'as little as there can be',
      values: {
        config,
        migration: { enabled: false },
        networkPolicy: { enabled: false },
        api: { drainSeconds: 0, replicas: 1 },
        worker: { replicas: 0 },
      },
      kinds: ['ConfigMap', 'Deployment', 'Deployment', 'PodDisruptionBudget', 'PodDisruptionBudget', 'Service'],
    },
  ]

  test.each(table)('with $what', async ({ values, kinds }) => {
    const file = await given(values)
    const { stdout } = await run(helm ?? '', ['lint', '--strict', chart, ...kubernetes, '--values', file])
    expect(stdout).toContain('0 chart(s) failed')
    const { objects } = await template(values)
    expect(objects.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted())
  })

  test.skipIf(validate === undefined).each(table)(
    'Kubernetes takes what comes of it, with $what',
    async ({ values }) => {
      const { objects } = await template(values)
      const file = path.join(folder, 'objects.yaml')
      // It knows what Kubernetes itself has, and no operator's objects.
      const known = objects.filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com'))
      await writeFile(file, known.map((object) => stringify(object)).join('---\n'))
      const { stdout } = await run(validate ?? '', ['--strict', file])
      expect(stdout).not.toContain('ERROR')
    },
  )

  test('the configuration that its processes read is one that they take', async () => {
    const { objects } = await template({ config })
    const text = named(objects, 'ConfigMap', 'prod-nexus').data?.['nexus.yaml'] ?? ''
    const { server, tenants } = parseConfiguration(text, { file: 'nexus.yaml', env })
    expect(server).toMatchObject({ host: '0.0.0.0', port: 8080, metricsPort: 9464 })
    expect(tenants.map(({ id }) => id)).toEqual(['acme'])
    expect(named(objects, 'ConfigMap', 'prod-nexus-migration').data?.['nexus.yaml']).toBe(text)
  })

  test('what is shown as an example is taken, and KEDA finds the workers that it may add to', async () => {
    const values = Values.parse(parse(await readFile(path.join(root, 'docs/examples/helm-values.yaml'), 'utf8')))
    const { objects } = await template({ ...values, worker: { replicas: null } })
    const workers = named(objects, 'Deployment', 'prod-nexus-worker')
    expect(workers.spec).not.toHaveProperty('replicas')
    expect(named((await template(values)).objects, 'Deployment', 'prod-nexus-worker').spec).toHaveProperty(
      'replicas',
      2,
    )
    const scaling = await readFile(path.join(root, 'docs/examples/keda-scaled-object.yaml'), 'utf8')
    expect(ScaledObject.parse(parse(scaling)).spec.scaleTargetRef).toEqual({ name: workers.metadata.name })
    const text = named(objects, 'ConfigMap', 'prod-nexus').data?.['nexus.yaml'] ?? ''
    const { tenants } = parseConfiguration(text, {
      file: 'nexus.yaml',
      env: {
        ...env,
        ACME_CLIENT_ID: 'id',
        NEXUS_STATE_KEY: Buffer.alloc(32).toString('base64'),
        NEXUS_ADMIN_PASSWORD_HASH: await hashPassword('of the example'),
      },
    })
    expect(tenants.map(({ id }) => id)).toEqual(['acme'])
  })

  test('no secret stands in it: they come by reference', async () => {
    const { text, objects } = await template({ config, secrets: ['nexus'], migration: { secrets: ['owner'] } })
    expect(text).not.toContain('kind: Secret')
    expect(refs(named(objects, 'Deployment', 'prod-nexus-api'))).toEqual([{ secretRef: { name: 'nexus' } }])
    expect(refs(named(objects, 'Job', 'prod-nexus-migration'))).toEqual([
      { secretRef: { name: 'nexus' } },
      { secretRef: { name: 'owner' } },
    ])
  })

  test('a variable that is no secret is every process’, as a text', async () => {
    const { objects } = await template({ config, env: { OTEL_TRACES_SAMPLER_ARG: '0.1' } })
    const containers = objects.flatMap(({ spec }) => spec?.template?.spec.containers ?? [])
    expect(containers.map(({ env }) => env)).toEqual(
      Array.from({ length: 3 }, () => [{ name: 'OTEL_TRACES_SAMPLER_ARG', value: '0.1' }]),
    )
  })

  test('nothing runs as root, writes to its file system, or talks to Kubernetes', async () => {
    const { objects } = await template({ config })
    const pods = objects
      .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
      .flatMap(({ spec }) => spec?.template?.spec ?? [])
    expect(pods).toHaveLength(3)
    for (const pod of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
      })
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    }
  })

  const sums = async (values: object) =>
    (await template(values)).objects
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => spec?.template?.metadata.annotations['checksum/config'])

  test('a changed configuration starts the processes anew', async () => {
    const [first, second] = [await sums({ config }), await sums({ config: { ...config, worker: { concurrency: 4 } } })]
    expect(new Set([...first, ...second]).size).toBe(2)
  })

  test.each([
    ['no configuration', {}, /config/],
    ['a configuration without tenants', { config: { database: {} } }, /tenants/],
    ['a value that is not known', { config, replicas: 2 }, /replicas/],
    ['a number of processes that is none', { config, api: { replicas: 'two' } }, /replicas/],
    ['less time to end than Nexus needs', { config, worker: { terminationGracePeriodSeconds: 5 } }, /16/],
    ['an ingress without a host', { config, ingress: { enabled: true } }, /host/],
  ] as const)('it refuses %s', async (_, values, words) => {
    await expect(template(values)).rejects.toThrow(words)
  })

  test('its version is that of Nexus', async () => {
    const { stdout } = await run(helm ?? '', ['show', 'chart', chart])
    expect(stdout).toContain(`appVersion: ${own.version}`)
  })
})
