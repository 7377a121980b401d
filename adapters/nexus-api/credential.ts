import { RemoteError } from './errors.ts'

/** Whose credential the API is asked with. */
export type RemoteCredential =
  | { readonly username: string; readonly password: string }
  | { readonly token: string; readonly applicationToken: string | null }

export const credentialRemedy =
  'Set NEXUS_USERNAME and NEXUS_PASSWORD (a service account), or NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN (a user).'

/** The credential that the environment holds. @throws RemoteError `not-configured` */
export const credentialOf = (env: NodeJS.ProcessEnv): RemoteCredential => {
  const value = (name: string): string | null => (env[name] === undefined || env[name] === '' ? null : env[name])
  const [username, password, token] = ['NEXUS_USERNAME', 'NEXUS_PASSWORD', 'NEXUS_TOKEN'].map(value)
  if (username && token)
    throw new RemoteError('not-configured', 'NEXUS_USERNAME and NEXUS_TOKEN are both set: unset one of them.')
  if (token) return { token, applicationToken: value('NEXUS_APPLICATION_TOKEN') }
  if (username && password) return { username, password }
  if (username || password) {
    const [set, missing] = username ? ['NEXUS_USERNAME', 'NEXUS_PASSWORD'] : ['NEXUS_PASSWORD', 'NEXUS_USERNAME']
    throw new RemoteError('not-configured', `${set} is set, but ${missing} is not: set both.`)
  }
  throw new RemoteError('not-configured', `No credentials are set. ${credentialRemedy}`)
}

/** What to do where the API does not take the credential (401). */
export const rejectedRemedy = (credential: RemoteCredential): string => {
  if ('username' in credential) return 'Check NEXUS_USERNAME and NEXUS_PASSWORD.'
  return credential.applicationToken === null
    ? 'Set NEXUS_APPLICATION_TOKEN, too: a user calls through an application.'
    : 'Check NEXUS_TOKEN, which may have expired, and NEXUS_APPLICATION_TOKEN.'
}

/** The headers that carry it. */
export const headersOf = (credential: RemoteCredential): Record<string, string> => {
  if ('username' in credential) {
    const pair = Buffer.from(`${credential.username}:${credential.password}`).toString('base64')
    return { authorization: `Basic ${pair}` }
  }
  const { token, applicationToken } = credential
  return {
    authorization: `Bearer ${token}`,
    ...(applicationToken === null ? {} : { 'x-application-token': applicationToken }),
  }
}
