import { defaultSettings } from '../../api/dependencies.ts'
import { routes } from '../../api/routes.ts'
import { greatest, greatestHeaders, greatestToken } from '../../domain/texts/lengths.ts'
import { fields } from '../../domain/clients/fields.ts'
import type { FieldPath } from '../../domain/vocabulary.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { bodies, lists, states, texts } from './shapes.ts'
import type { Shape } from './shapes.ts'

/** A request that hurts, at each size. */
export interface Input {
  readonly name: string
  /** The greatest size. */
  readonly limit: number
  readonly method: string
  readonly path: (size: number) => string
  readonly headers: (size: number) => Readonly<Record<string, string>>
  readonly body: (size: number) => string | undefined
}

/** Values of a path that lead to something, as far as there is something. */
const usual: Readonly<Record<string, string>> = {
  tenantId: 'acme',
  clientId: 'c0',
  state: 'bench',
  version: '1',
  name: 'bench',
  code: 'malformed',
  asset: 'start.js',
}
const uuid = '00000000-0000-4000-8000-000000000000'

const pathOf = (url: string, other: Readonly<Record<string, string>> = {}): string =>
  url.replaceAll(/:(\w+)/g, (_all, name: string) => other[name] ?? usual[name] ?? uuid)

const json = { 'content-type': 'application/json' }
const none = (): Readonly<Record<string, string>> => ({})
const withBody = new Set(['PATCH', 'POST', 'PUT', 'LOCK', 'UNLOCK'])
/** What can stand in a header of HTTP, and what fetch() lets through. */
const settable = (name: string): boolean => !['host', 'accept'].includes(name)

const patchWith = (path: FieldPath, text: string): string => {
  const value: unknown = fields[path].kind === 'list' ? [text] : text
  return JSON.stringify(path.split('.').reduceRight((inner, name) => ({ [name]: inner }), value))
}

const bodyLimitOf = (
  method: string,
  url: string,
): { readonly limit: number; readonly shapes: readonly Shape<string>[] } => {
  if (method === 'POST' && url.endsWith('/states/:state'))
    return { limit: defaultSettings.maximumStateBytes, shapes: [...states, ...bodies] }
  if (method === 'PATCH' && url.endsWith('/clients'))
    return { limit: defaultSettings.listLimitBytes, shapes: [...lists, ...bodies] }
  return { limit: defaultSettings.bodyLimitBytes, shapes: bodies }
}

const headers = Object.entries({
  ...greatestHeaders,
  'x-application-token': greatestToken,
  'x-request-id': 4096,
}).filter(([name]) => settable(name))

/** Every place of every route where a text from outside goes in, with every shape: nothing of it is listed by hand. */
export const inputs = (): Input[] =>
  routes.flatMap((route): Input[] => {
    const { method, path: url } = route
    const hasBody = withBody.has(method)
    const plain = {
      method,
      path: () => pathOf(url),
      headers: hasBody ? () => json : none,
      body: () => (hasBody ? '{}' : undefined),
    }
    const parameters = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
    const queries = [
      ...Object.keys(('document' in route ? route.document.query?.shape : undefined) ?? {}),
      ...(url.endsWith('/states/:state') ? ['ID', 'snapshot'] : []),
      'unknown',
    ]
    const input = (where: string, shape: Shape<string>, limit: number, more: Partial<Input>): Input => ({
      ...plain,
      name: `${method} ${url} ${where}, ${shape.name}`,
      limit,
      ...more,
    })
    const ofTexts = texts.flatMap((shape): Input[] => [
      ...parameters.map((name) =>
        input(`:${name}`, shape, 250, { path: (size) => pathOf(url, { [name]: encoded(shape, size) }) }),
      ),
      ...queries.map((name) =>
        input(`?${name}`, shape, greatest.query, {
          path: (size) => `${pathOf(url)}?${name}=${encoded(shape, size - name.length - 1)}`,
        }),
      ),
      ...headers.map(([name, most]) =>
        input(name, shape, Math.min(most, 14_000), {
          headers: (size) => ({ ...plain.headers(), [name]: shape.of(size).trim() }),
        }),
      ),
    ])
    const { limit, shapes } = bodyLimitOf(method, url)
    const ofBodies = hasBody ? shapes.map((shape) => input('body', shape, limit, { body: shape.of })) : []
    const isPatch = method === 'PATCH' && url.endsWith('/clients/:clientId')
    const ofFields = (isPatch ? fieldPaths : []).flatMap((path) =>
      texts.map((shape) => input(path, shape, greatest.text, { body: (size) => patchWith(path, shape.of(size)) })),
    )
    return ofTexts.concat(ofBodies, ofFields)
  })

const encoded = (shape: Shape<string>, size: number): string => encodeURIComponent(shape.of(size)).slice(0, size)
