import { readFileSync } from 'node:fs'
import { compileFunction } from 'node:vm'

/** An event of Auth0's trigger post-login: of its members those that the Action reads. */
export interface LoginEvent {
  readonly user: { readonly app_metadata?: Readonly<Record<string, unknown>>; readonly user_metadata?: unknown }
  readonly authorization?: { readonly roles: readonly string[] }
  readonly resource_server?: { readonly identifier: string }
}

interface LoginApi {
  readonly accessToken: { readonly setCustomClaim: (name: string, value: unknown) => void }
}

interface Action {
  onExecutePostLogin?: (event: LoginEvent, api: LoginApi) => Promise<void>
}

const source = readFileSync(new URL('../../docs/examples/post-login-action.js', import.meta.url), 'utf8')

/** Runs the Action that the guide to tokens hands out, as CommonJS. @returns the claims that it set on the access token */
export const claimsAfterLogin = async (event: LoginEvent): Promise<Record<string, unknown>> => {
  const action: Action = {}
  compileFunction(source, ['exports'])(action)
  const claims: Record<string, unknown> = {}
  const setCustomClaim = (name: string, value: unknown): void => {
    claims[name] = value
  }
  if (action.onExecutePostLogin === undefined) throw new Error('The Action exports no onExecutePostLogin.')
  await action.onExecutePostLogin(event, { accessToken: { setCustomClaim } })
  return claims
}
