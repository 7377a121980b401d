import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import { driftIn } from '../../domain/clients/drift.ts'
import { foreignStateOf } from '../../domain/terraform/placement.ts'
import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { viewOf } from '../../domain/clients/view.ts'
import type { ApiResponse } from '../http/request.ts'
import { etagOf } from '../http/etag.ts'
import { isStale } from './client-cache.ts'
import type { AnswerHeaders } from '../http/problem.ts'

/** What of a record is answered. */
export type Answerable = Pick<
  ClientRecord,
  'key' | 'observed' | 'observedAt' | 'base' | 'pending' | 'ageMs' | 'terraform'
>

/** A client as it is answered: desired over observed. Its tag depends on nothing but the text. */
export const clientText = (record: Answerable, keys: MetadataKeys): string =>
  JSON.stringify(viewOf(record, record.terraform.states.length > 0, keys))

/**
 * The whole client, with the headers that every answer with a client has.
 *
 * @param said what a person should know beside what is said of every answer with this client, as lines of `Nexus-Warning`
 */
export const clientAnswer = (
  status: 200 | 202,
  tenant: TenantConfiguration,
  record: Answerable,
  headers: AnswerHeaders = {},
  said: readonly string[] = [],
): ApiResponse => {
  const body = clientText(record, tenant.metadataKeys)
  return {
    status,
    body,
    headers: {
      etag: etagOf(body),
      'cache-control': 'private, no-cache',
      'nexus-sync': record.pending.length > 0 ? 'pending' : 'synced',
      ...warnings([...noticesOf(tenant, record), ...said]),
      ...headers,
    },
  }
}

/**
 * The client as a read answers it: an observation that is older than the tenant wants it is here because Auth0 could
 * not be asked, and is said to be so.
 */
export const readAnswer = (
  tenant: TenantConfiguration,
  record: Answerable,
  said: readonly string[] = [],
): ApiResponse =>
  isStale(tenant, record)
    ? clientAnswer(200, tenant, record, { 'nexus-observed-at': record.observedAt.toISOString() }, [
        'Auth0 could not be read now: this may be out of date.',
        ...said,
      ])
    : clientAnswer(200, tenant, record, {}, said)

const warnings = (texts: readonly string[]): AnswerHeaders => (texts.length === 0 ? {} : { 'nexus-warning': texts })

/** What a person should know of the client, whoever asks for it and what for. */
const noticesOf = (tenant: TenantConfiguration, record: Answerable): string[] => [
  ...foreignWarnings(tenant, record),
  ...driftWarnings(tenant, record),
]

const driftWarnings = ({ id, metadataKeys }: TenantConfiguration, record: Answerable): string[] => {
  const drifted = driftIn(record, metadataKeys).map(({ path }) => path)
  return drifted.length === 0
    ? []
    : [
        `Drift: Auth0 has other values than are shown here for ${drifted.join(', ')}. ` +
          `GET /v1/tenants/${id}/clients/{clientId}/sync shows both; POST there reverts or accepts them.`,
      ]
}

const foreignWarnings = (tenant: TenantConfiguration, { terraform }: Answerable): string[] => {
  const foreignState = foreignStateOf(terraform, tenant.terraformStates)
  return foreignState !== undefined && tenant.foreignTerraform === 'warn'
    ? [
        `The Terraform state ${foreignState} manages this client, and Nexus does not write its configuration: ` +
          'its next apply may revert the change.',
      ]
    : []
}
