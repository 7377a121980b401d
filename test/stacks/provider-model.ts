import schema from '../../packages/provider-auth0/schema.json' with { type: 'json' }
import { isRecord, recordOf } from '../../domain/shape.ts'

/**
 * How Terraform and the real provider deal with one `auth0_client`, as far as a declaration is concerned. What it is made
 * of: the provider's schema, what was measured with it, and its source:
 *
 * - what a configuration leaves out and nobody ignores is planned to be null, unless the provider computes it;
 * - what is ignored is planned to be what it was, and what the raw configuration gives is sent all the same;
 * - as soon as anything changes, the whole raw configuration is sent; maps and some blocks are sent where they change, then
 *   with nulls for what is gone;
 * - blocks that the schema does not call computed are taken for not computed, which is the worse case.
 */

export type Attributes = Readonly<Record<string, unknown>>

export interface Block {
  readonly attributes?: Readonly<Record<string, AttributeSchema>>
  readonly block_types?: Readonly<Record<string, BlockType>>
}
export interface AttributeSchema {
  readonly type: unknown
  readonly optional?: boolean
  readonly required?: boolean
  readonly computed?: boolean
}
export interface BlockType {
  readonly nesting_mode: string
  readonly max_items?: number
  readonly block: Block
}

export const clientBlock: Block =
  schema.provider_schemas['registry.terraform.io/auth0/auth0'].resource_schemas.auth0_client.block

/** What a member comes to that is not there, is empty, or holds nothing but such. */
const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.values(value).every(isNothing))

const tidy = (value: unknown): unknown => {
  if (!isRecord(value)) return value
  const entries = Object.entries(value).filter(([, one]) => !isNothing(one))
  return Object.fromEntries(
    entries.map(([name, one]) => [name, tidy(one)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

export const isSame = (one: unknown, other: unknown): boolean =>
  (isNothing(one) && isNothing(other)) || JSON.stringify(tidy(one)) === JSON.stringify(tidy(other))

/** The keys of a map that are ignored one by one. */
const ignoredKeys = (ignored: readonly string[], path: string): string[] =>
  ignored.filter((one) => one.startsWith(`${path}["`)).map((one) => String(JSON.parse(one.slice(path.length + 1, -1))))

const plannedMap = (given: unknown, prior: unknown, keys: readonly string[]): unknown => {
  const kept = keys.flatMap((key) => (Object.hasOwn(recordOf(prior), key) ? [[key, recordOf(prior)[key]]] : []))
  const rest = Object.entries(recordOf(given)).filter(([key]) => !keys.includes(key))
  return Object.fromEntries([...rest, ...kept])
}

const planned = (
  block: Block,
  given: Attributes,
  prior: Attributes,
  ignored: readonly string[],
  path: string,
): Attributes => {
  const ofAttribute = ([name, { type, computed }]: [string, AttributeSchema]): [string, unknown] => {
    if (ignored.includes(`${path}${name}`)) return [name, prior[name]]
    const keys = ignoredKeys(ignored, `${path}${name}`)
    if (given[name] === undefined) return [name, computed === true ? prior[name] : undefined]
    return [name, Array.isArray(type) && type[0] === 'map' ? plannedMap(given[name], prior[name], keys) : given[name]]
  }
  const ofBlock = ([name, { nesting_mode: nesting, max_items: most, block: inner }]: [string, BlockType]): [
    string,
    unknown,
  ] => {
    if (ignored.includes(`${path}${name}`)) return [name, prior[name]]
    const [own, before] = [given[name], prior[name]]
    if (!isRecord(own) || nesting !== 'list' || most !== 1) return [name, own]
    return [name, planned(inner, own, recordOf(before), isRecord(before) ? ignored : [], `${path}${name}[0].`)]
  }
  return Object.fromEntries([
    ...Object.entries(block.attributes ?? {}).map(ofAttribute),
    ...Object.entries(block.block_types ?? {}).map(ofBlock),
  ])
}

export interface Configuration {
  readonly given: Attributes
  readonly ignored: readonly string[]
}

/** What a plan says would change, by attribute; nothing is an empty plan. @param state what Auth0 holds, as it was read */
export const changesOf = ({ given, ignored }: Configuration, state: Attributes): string[] => {
  const after = planned(clientBlock, given, state, ignored, '')
  return Object.keys(after).filter((name) => !isSame(after[name], state[name]))
}

/** Sent only where the plan changes them, and then with nulls for what is gone. */
const sentOnChange = new Set([
  'client_metadata',
  'addons',
  'default_organization',
  'token_exchange',
  'session_transfer',
  'encryption_key',
  'cross_origin_loc',
  'token_quota',
  'oidc_logout',
])

/** The members that an apply sends; nothing where the plan is empty. @param state what was read when the plan was made */
export const sentBy = (configuration: Configuration, state: Attributes): Attributes => {
  const { given, ignored } = configuration
  const changes = changesOf(configuration, state)
  if (changes.length === 0) return {}
  const after = planned(clientBlock, given, state, ignored, '')
  const always = Object.entries(given).filter(([name]) => !sentOnChange.has(name))
  const changed = changes
    .filter((name) => sentOnChange.has(name))
    .map((name) => [name, name === 'client_metadata' ? withNulls(after[name], state[name]) : (given[name] ?? null)])
  return Object.fromEntries([...always, ...changed])
}

/**
 * What Auth0 holds after an apply.
 *
 * @param state what was read when the plan was made
 * @param auth0 what Auth0 holds when it is applied
 */
export const applied = (configuration: Configuration, state: Attributes, auth0: Attributes = state): Attributes => {
  const sent = Object.entries(sentBy(configuration, state))
  return { ...auth0, ...Object.fromEntries(sent.map(([name, value]) => [name, taken(name, value, auth0[name])])) }
}

const withNulls = (after: unknown, before: unknown): Attributes => ({
  ...Object.fromEntries(Object.keys(recordOf(before)).map((key) => [key, null])),
  ...recordOf(after),
})

/** What Auth0 makes of a member that is sent: most are replaced, a few are merged. */
const taken = (name: string, sent: unknown, held: unknown): unknown => {
  if (name === 'client_metadata')
    return Object.fromEntries(
      Object.entries({ ...recordOf(held), ...recordOf(sent) }).filter(([, value]) => value !== null),
    )
  if (name === 'mobile' || name === 'jwt_configuration') return { ...recordOf(held), ...recordOf(sent) }
  return sent
}
