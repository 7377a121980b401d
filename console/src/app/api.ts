import createClient from 'openapi-fetch'
import { base } from './base.ts'
import { isUsed } from './use.ts'
import type { paths } from './document.d.ts'

/** The API, by way of the console's server, which adds who asks. Paths and shapes are those of the API's own document. */
export const api = createClient<paths>({ baseUrl: `${base}api` })

// A page that is left open does not keep its session alive.
api.use({
  onRequest: ({ request }) => {
    if (!isUsed()) request.headers.set('nexus-background', 'true')
  },
})
