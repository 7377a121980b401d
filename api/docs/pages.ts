import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { marked } from 'marked'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { notFound, problems } from '../http/problem.ts'

/** GET /openapi.json. @param deps the document, as JSON */
export const openApi =
  ({ openApiText }: { readonly openApiText: () => string }) =>
  (): Promise<ApiResponse> =>
    Promise.resolve(page('application/json', openApiText()))

/** Nothing but what this server has; the page's own styles are written into it. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const page = (type: string, body: string | Buffer): ApiResponse => ({
  status: 200,
  headers: {
    'content-type': type.startsWith('image/') ? type : `${type}; charset=utf-8`,
    'cache-control': 'public, max-age=300',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
  },
  body,
})

/** GET /docs: a page to read the document in, and to try it. */
export const docsPage = () => (): Promise<ApiResponse> => Promise.resolve(page('text/html', html))

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nexus API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
`

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null })
`

const assets: Readonly<Record<string, { readonly type: string; readonly read: () => string | Buffer }>> = {
  'start.js': { type: 'text/javascript', read: () => start },
  'favicon-32x32.png': { type: 'image/png', read: () => ofPackage('swagger-ui-dist/favicon-32x32.png') },
  'swagger-ui.css': { type: 'text/css', read: () => ofPackage('swagger-ui-dist/swagger-ui.css') },
  'swagger-ui-bundle.js': { type: 'text/javascript', read: () => ofPackage('swagger-ui-dist/swagger-ui-bundle.js') },
}

const ofPackage = (file: string): Buffer => readFileSync(fileURLToPath(import.meta.resolve(file)))

/** GET /docs/{asset}: what that page is made of. */
export const docsAsset =
  () =>
  (request: ApiRequest): Promise<ApiResponse> => {
    const name = request.params['asset'] ?? ''
    const asset = Object.hasOwn(assets, name) ? assets[name] : undefined
    if (asset === undefined) throw notFound('There is no such file.')
    return Promise.resolve(page(asset.type, asset.read()))
  }

/** The reference of problems, a section for each. */
const reference = (): string => readFileSync(new URL('../../docs/reference/problems.md', import.meta.url), 'utf8')

/** GET /problems/{code}: a page about a problem. */
export const problemPage =
  () =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const code = request.params['code'] ?? ''
    if (!Object.hasOwn(problems, code)) throw notFound('There is no such problem.')
    const section = reference()
      .split(/^## /m)
      .find((one) => one.startsWith(`${code}\n`))
    const told = await marked.parse(`# ${section ?? code}`)
    return page(
      'text/html',
      `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${code}</title>
<style>body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif }</style>
<body>
${told}`,
    )
  }
