import { isObject } from '../json.ts'
import type { SimulatorOptions } from '../main.ts'
import { everyScope } from '../tokens/oauth.ts'
import { isReplayed, type Cassette, type Interaction } from './cassette.ts'
import { isCredentials, isWhole, rowsOf } from './preexisting.ts'

// What a recording does not say but its answers show: who asked, and what kind of tenant answered.

/**
 * Without the scope for keys, no answer shows a secret or signing keys. Clients that authenticate with credentials never
 * show a secret; signing keys say nothing where the recorder put them in.
 */
const seesKeys = (interactions: readonly Interaction[]): boolean => {
  const shown = interactions
    .filter((one) => one.response.status < 300 && isReplayed(one.request) && isWhole(one))
    .filter(({ request }) => !isCredentials(request.path))
    .flatMap(({ response }) => rowsOf(response.body).map((client) => ({ client, lossy: response.lossy })))
    .filter(({ client }) => client['client_id'] !== undefined && client['client_authentication_methods'] === undefined)
  return (
    shown.length === 0 ||
    shown.some(
      ({ client, lossy }) => client['client_secret'] !== undefined || (!lossy && client['signing_keys'] !== undefined),
    )
  )
}

/** The rules under which a third party was created that named none itself. */
const strictByDefault = (interactions: readonly Interaction[]): boolean =>
  interactions.some(
    ({ request: { method, body: sent }, response: { body: answered } }) =>
      method === 'POST' &&
      isObject(sent) &&
      isObject(answered) &&
      sent['third_party_security_mode'] === undefined &&
      answered['third_party_security_mode'] === 'strict',
  )

/** The options of a simulator that stands where the recorded tenant stood. */
export const circumstances = ({
  interactions,
}: Cassette): Required<Pick<SimulatorOptions, 'scopes' | 'thirdParties'>> => ({
  scopes: seesKeys(interactions) ? everyScope : everyScope.filter((scope) => scope !== 'read:client_keys'),
  thirdParties: strictByDefault(interactions) ? 'strict' : 'permissive',
})
