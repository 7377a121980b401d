import { z } from 'zod'
import { problems } from '../../http/problem.ts'
import { isRecord } from '../../../domain/shape.ts'
import type { ProblemCode } from '../../http/problem.ts'
import { ProblemDetails } from '../../routing/answers.ts'
import { answerHeaders, pathParameters, requestHeaders, tags } from '../../routing/operation.ts'
import type { Operation, OperationAnswer } from '../../routing/operation.ts'
import type { Route } from '../../routing/route.ts'
import type { BrowserSettings } from '../../http/security-headers.ts'

type Json = Readonly<Record<string, unknown>>

/** What every address with credentials can answer. */
const common: readonly ProblemCode[] = [
  'malformed',
  'unauthenticated',
  'forbidden',
  'not-found',
  'too-many-requests',
  'internal',
  'unavailable',
]

const problemType = 'application/problem+json'

/** Zod names the schemas of one document under `$defs`, OpenAPI under its components. */
const refer = (text: string): string => text.replaceAll('"#/$defs/', '"#/components/schemas/')

/**
 * The same schema without `additionalProperties: false`: the next version may answer with more members, and programs that
 * are generated from the document must not break then.
 */
const open = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(open)
  if (!isRecord(part)) return part
  const kept = Object.entries(part).filter(([name, value]) => name !== 'additionalProperties' || value !== false)
  return Object.fromEntries(kept.map(([name, value]) => [name, open(value)]))
}

/** Schemas as they come up, each named one once, under the components of the document. */
const createSchemas = () => {
  const components: Record<string, unknown> = {}
  return {
    components,
    /** @param io whether it is something that is sent, or something that is answered */
    of: (schema: z.ZodType, io: 'input' | 'output'): Json => {
      const { $schema: _schema, $defs = {}, ...whole } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
      const told = (part: unknown): Json => JSON.parse(refer(JSON.stringify(io === 'output' ? open(part) : part)))
      for (const [name, definition] of Object.entries($defs)) components[name] = told(definition)
      return told(whole)
    },
  }
}

type Schemas = ReturnType<typeof createSchemas>

/** A problem as an example: what its title is, and that its detail says what to do. */
const problemExample = (code: ProblemCode): Json => ({
  value: {
    type: `/problems/${code}`,
    title: problems[code].title,
    status: problems[code].status,
    detail: 'A sentence that says what is wrong and what to do.',
    instance: '/v1/tenants/acme/clients/invoices-web',
  },
})

const problemAnswers = (codes: readonly ProblemCode[], schemas: Schemas): Record<string, unknown> => {
  const byStatus = Map.groupBy(new Set(codes), (code) => problems[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      {
        description: some.map((code) => problems[code].title).join('; '),
        content: {
          [problemType]: {
            schema: schemas.of(ProblemDetails, 'output'),
            examples: Object.fromEntries(some.map((code) => [code, problemExample(code)])),
          },
        },
        ...([429, 503].includes(status) ? { headers: headersOf(['Retry-After']) } : {}),
      },
    ]),
  )
}

const headersOf = (names: OperationAnswer['headers'] = []): Json =>
  Object.fromEntries(names.map((name) => [name, { description: answerHeaders[name], schema: { type: 'string' } }]))

const answerOf = (answer: OperationAnswer, schemas: Schemas): Json => ({
  description: answer.description,
  ...(answer.headers === undefined ? {} : { headers: headersOf(answer.headers) }),
  ...(answer.schema === undefined
    ? {}
    : {
        content: {
          [answer.type ?? 'application/json']: {
            schema: schemas.of(answer.schema, 'output'),
            ...(answer.example === undefined ? {} : { example: answer.example }),
          },
        },
      }),
})

const parametersOf = (path: string, { query, headers = [] }: Operation, schemas: Schemas): Json[] => [
  ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: isDescribed(name) ? pathParameters[name] : name,
    schema: { type: 'string' },
  })),
  ...Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const described = schema instanceof z.ZodType ? schemas.of(schema, 'input') : {}
    return { name, in: 'query', required: false, description: described['description'] ?? name, schema: described }
  }),
  ...headers.map((name) => ({
    name,
    in: 'header',
    required: false,
    description: requestHeaders[name].description,
    schema: { type: 'string' },
  })),
]

const isDescribed = (name: string): name is keyof typeof pathParameters => Object.hasOwn(pathParameters, name)

/** What can go wrong at an address: with everybody's credentials, with a body, with each header, and by its own rules. */
const problemsOf = ({ headers = [], body, problems: own = [] }: Operation, isOpen: boolean): readonly ProblemCode[] =>
  isOpen
    ? ['malformed', ...own, 'internal']
    : [
        ...common,
        ...headers.flatMap((name) => requestHeaders[name].problems),
        ...(body === undefined ? [] : (['body-too-large'] as const)),
        ...own,
      ]

/** What the route requires of its caller, and what it does. */
const descriptionOf = ({ description }: Operation, requirement: string | null): string =>
  [requirement ?? 'Requires no credentials.', ...(description === undefined ? [] : [description])].join('\n\n')

const operationOf = (path: string, operation: Operation, requirement: string | null, schemas: Schemas): Json => {
  const { id, tag, summary, body, answers } = operation
  const isOpen = requirement === null
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: descriptionOf(operation, requirement),
    ...(isOpen ? { security: [] } : {}),
    parameters: parametersOf(path, operation, schemas),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.optional !== true,
            content: Object.fromEntries(
              body.types.map((type) => [type, { schema: schemas.of(body.schema, 'input'), example: body.example }]),
            ),
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, schemas)])),
      ...problemAnswers(problemsOf(operation, isOpen), schemas),
    },
  }
}

export interface DocumentSettings extends Pick<BrowserSettings, 'publicUrl' | 'applicationTokenHeader'> {
  /** Of the program, as the document tells it. */
  readonly version: string
}

/** The OpenAPI 3.1 document of the routes that tell it something. */
export const openApiDocument = (
  routes: readonly Route<never>[],
  { version, publicUrl, applicationTokenHeader }: DocumentSettings,
): Json => {
  const schemas = createSchemas()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    if (!('document' in route)) continue
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    const operation = operationOf(path, route.document, route.requires.sentence, schemas)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Nexus',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      contact: { name: 'The operators of this server' },
      description:
        'Owners change their Auth0 clients through one API. Nexus authorises the change, keeps it safely, and brings ' +
        'Auth0 to it within the limits of the tenant, without fighting Terraform.',
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: [{ Bearer: [], ApplicationToken: [] }, { Basic: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas.components).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        Bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: "A token of the user's issuer" },
        ApplicationToken: {
          type: 'apiKey',
          in: 'header',
          name: applicationTokenHeader,
          description: 'The token of the calling application; a Bearer token is good only together with one',
        },
        Basic: { type: 'http', scheme: 'basic', description: 'A service account' },
      },
    },
  }
}
