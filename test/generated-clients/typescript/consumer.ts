import createClient from 'openapi-fetch'
import type { components, paths } from './api.d.ts'

/**
 * What a team's own program would look like: types from the document, one client, and what comes of each call on standard
 * output. It is copied into a project of its own, and checked there before it runs.
 */

const env = (name: string): string => process.env[name] ?? ''
const options = (token: string) => ({
  baseUrl: env('NEXUS_URL'),
  headers: { authorization: `Bearer ${token}`, 'x-application-token': env('NEXUS_APPLICATION_TOKEN') },
})
const api = createClient<paths>(options(env('NEXUS_TOKEN')))
const stranger = createClient<paths>(options(env('NEXUS_OTHER_TOKEN')))
const nobody = createClient<paths>(options('nothing'))

const at = { tenantId: 'acme', clientId: env('CLIENT_ID') }
type Body = components['schemas']['ClientPatch']
type Caller = typeof api

const patch = async (caller: Caller, body: Body, more: { clientId?: string; header?: Record<string, string> } = {}) => {
  const { data, error, response } = await caller.PATCH('/v1/tenants/{tenantId}/clients/{clientId}', {
    params: { path: { ...at, clientId: more.clientId ?? at.clientId }, header: more.header ?? {} },
    body,
  })
  // Both are typed: a client or a problem.
  const callbackUrls: string[] | null | undefined = data?.callbackUrls
  const manuallyCreated: boolean | undefined = data?.manuallyCreated
  const teamId: string | null | undefined = data?.mobile.ios.team_id
  return {
    status: response.status,
    callbackUrls,
    manuallyCreated,
    teamId,
    problem: error?.type,
    pointer: error?.errors?.[0]?.pointer,
  }
}

const read = async () => {
  const { data } = await api.GET('/v1/tenants/{tenantId}/clients/{clientId}', { params: { path: at } })
  return data
}

const nulls: Body = {
  mobile: null,
  owners: null,
  productName: null,
  callbackUrls: null,
  client_upn_key: null,
  applicationName: null,
  allowedLogoutUrls: null,
  allowedWebOrigins: null,
  allowedCorsOrigins: null,
}

const results = {
  applied: await patch(api, { callbackUrls: ['https://typescript.example.com/cb'] }),
  before: await read(),
  nulls: await patch(api, nulls),
  after: await read(),
  later: await patch(api, { productName: 'Typescript' }, { header: { Prefer: 'respond-async' } }),
  malformed: await patch(api, { owners: 'ann' } as unknown as Body),
  unauthenticated: await patch(nobody, {}),
  forbidden: await patch(stranger, {}),
  'not-found': await patch(api, {}, { clientId: 'there-is-no-such-client' }),
  'precondition-failed': await patch(api, { productName: 'X' }, { header: { 'If-Match': '"old"' } }),
  impossible: await patch(api, { callbackUrls: ['javascript:alert(1)'] }),
}
console.log(JSON.stringify(results))
