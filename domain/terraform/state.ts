import { z } from 'zod'
import { measured } from '../texts/lengths.ts'
import { ClientId } from '../vocabulary.ts'
import { isPlain, recordOf } from '../shape.ts'
import { pointerTo } from '../texts/json-text.ts'
import type { Issue } from '../texts/json-text.ts'

/** What a Terraform state says of clients. Everything else in it is nobody's business, and may be secret. */

/** The types of resource that belong to one client. Only the first makes a client managed. */
export const clientResourceTypes = ['auth0_client', 'auth0_client_credentials'] as const
type ClientResourceType = (typeof clientResourceTypes)[number]

/** One managed object of a state that belongs to a client. */
export interface StateResource {
  /** As Terraform writes it: `module.apps[0].auth0_client.this["eu"]`. */
  readonly address: string
  readonly type: ClientResourceType
  readonly clientId: string
  /** Terraform will replace it with the next apply. */
  readonly tainted: boolean
  /** The key of an object that was replaced and has still to be destroyed; null for the current one. */
  readonly deposed: string | null
  /** Whether code declares it, as the stack's output says; null where the state has no word of it. */
  readonly declared: boolean | null
}

export interface TerraformState {
  readonly serial: number
  readonly lineage: string
  readonly terraformVersion: string
  readonly resources: readonly StateResource[]
  /** Addresses of managed resources that belong to no client, without instance keys. */
  readonly others: readonly string[]
}

/** A state as it is stored beside its text: what there is much of, as JSON, so that nobody has to pass it again. */
export interface HeldState extends Pick<TerraformState, 'serial' | 'lineage' | 'terraformVersion'> {
  readonly clients: number
  /** A list of `{place, address, type, client_id, tainted, deposed, declared}`. */
  readonly index: string
  /** A list of addresses. */
  readonly others: string
}

export const heldStateOf = ({ resources, others, ...state }: TerraformState): HeldState => ({
  ...state,
  clients: resources.length,
  index: JSON.stringify(
    resources.map(({ address, type, clientId, tainted, deposed, declared }, place) => ({
      place,
      address,
      type,
      client_id: clientId,
      tainted,
      deposed,
      declared,
    })),
  ),
  others: JSON.stringify(others),
})

export type StateReading =
  { readonly ok: true; readonly state: TerraformState } | { readonly ok: false; readonly issues: readonly Issue[] }

/** A list whose elements are looked at one by one: a mistake in each of millions of them must not be kept. */
const List = z.custom<readonly unknown[]>(Array.isArray, 'This must be a list.')

/** Types that nothing outside the state stands behind. */
const harmless = new Set(['terraform_data'])

/** Where a state has more mistakes than anybody reads, the rest is not looked for. */
const enoughIssues = 100

/**
 * Version 4 of the format, as Terraform 0.12 and later and OpenTofu write it. Only what is read here is asked for, so that
 * a newer Terraform's additions do no harm.
 */
const Instance = z.object({
  index_key: z.union([measured('address'), z.int()]).nullish(),
  status: measured('label').nullish(),
  deposed: measured('label').nullish(),
  attributes: z.unknown().optional(),
  // In its place where a state was upgraded from Terraform 0.11 and not refreshed since.
  attributes_flat: z.unknown().optional(),
})
const Resource = z.object({
  module: measured('address').nullish(),
  mode: z.enum(['managed', 'data']),
  type: measured('address'),
  name: measured('address'),
  instances: List,
})

/** Client objects of one state. Terraform reads each with a call of its own, so nobody can apply as many. */
const maximumObjects = 50_000

const plain = (what: 'lineage' | 'version') =>
  measured(what).refine(isPlain, { error: 'This must hold no control characters.' })

const State = z.object({
  version: z.literal(4, { error: 'This must be 4: other versions of the format are not read.' }),
  serial: z
    .int({ error: `This must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.` })
    .nonnegative({ error: 'This must not be below 0.' }),
  lineage: plain('lineage').refine((text) => text !== '', { error: 'This must not be empty.' }),
  terraform_version: plain('version').default(''),
  outputs: z.unknown().optional(),
  resources: List.nullish(),
})

/** A name as Terraform lets it be, so that nothing else can come back in a configuration that is made of it. */
const identifier = /^[\p{L}_][\p{L}\p{M}\p{N}_-]*$/u
/** How the address of a module begins; what follows may hold keys, which are any text. */
const modulePath = /^module\.[\p{L}_]/u

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }

/** Characters that Terraform writes as \u….: those that nobody can see, but for the space. */
const unseen = /(?! )[\p{C}\p{Z}]/gu

/** A text in HCL's quotes, as Terraform writes the key of an instance; it reads half of a surrogate pair as U+FFFD. */
const quoted = (text: string): string => {
  const plain = text
    .toWellFormed()
    .replaceAll(/[\n\r\t"\\]/g, (character) => escapes[character] ?? character)
    .replaceAll(/[$%]\{/g, (opening) => `${opening[0] ?? ''}${opening}`)
    .replaceAll(unseen, (character) => {
      const point = character.codePointAt(0) ?? 0
      return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`
    })
  return `"${plain}"`
}

const keyOf = (index: string | number | null | undefined): string => {
  if (index === null || index === undefined) return ''
  return `[${typeof index === 'number' ? index : quoted(index)}]`
}

const isClientResource = (type: string): type is ClientResourceType =>
  clientResourceTypes.some((known) => known === type)

/** The client's id in an object's attributes; undefined where it has none yet, as after a creation that failed. */
const idIn = (attributes: unknown): unknown => {
  const { client_id: clientId, id } = recordOf(attributes)
  return [clientId, id].find((value) => value !== undefined && value !== null && value !== '')
}

/** As OpenTofu writes a state that it encrypts: serial and lineage stay, everything else is one text. */
const isEncrypted = (value: unknown): boolean => Object.hasOwn(recordOf(value), 'encrypted_data')

const encrypted: Issue = {
  pointer: '/encrypted_data',
  detail:
    'This state is encrypted by OpenTofu, so Nexus cannot see which clients it manages. Nexus encrypts what it stores: ' +
    'take the state out of the `encryption` block (a `fallback` reads the old one), and write it again.',
}

/**
 * Reads a state: what it is a version of, and which objects in it belong to clients. Data sources manage nothing, and
 * whose provider it is (another host, an alias) makes no difference.
 *
 * @param value the state, parsed as JSON
 * @returns issues with JSON pointers that quote nothing of the state, where it is no state of version 4
 */
export const readState = (value: unknown): StateReading => {
  if (isEncrypted(value)) return { ok: false, issues: [encrypted] }
  const parsed = State.safeParse(value)
  if (!parsed.success) return { ok: false, issues: issuesOf('', parsed.error) }
  const { serial, lineage, terraform_version: terraformVersion, resources, outputs } = parsed.data
  const told = recordOf(recordOf(recordOf(outputs)['managed_clients'])['value'])
  const found: Omit<StateResource, 'declared'>[] = []
  const issues: Issue[] = []
  const seen = new Set<string>()
  const others: string[] = []
  for (const [place, raw] of (resources ?? []).entries()) {
    if (issues.length >= enoughIssues || found.length > maximumObjects) break
    const at = `/resources/${place}`
    const resource = Resource.safeParse(raw)
    if (!resource.success) issues.push(...issuesOf(at, resource.error))
    else if (isOther(resource.data)) others.push(addressOf(resource.data))
    else readResource(resource.data, at, seen, { found, issues, others })
  }
  if (found.length > maximumObjects)
    issues.push({ pointer: '/resources', detail: `More than ${maximumObjects} clients are in it: split the state.` })
  if (issues.length > 0) return { ok: false, issues }
  return {
    ok: true,
    state: {
      serial,
      lineage,
      terraformVersion,
      resources: found.map((one) => Object.assign(one, { declared: declaredIn(told, one.address) })),
      others: [...new Set(others)],
    },
  }
}

/** What the output `managed_clients` of a stack that Nexus wrote says of an address. */
const declaredIn = (told: Readonly<Record<string, unknown>>, address: string): boolean | null => {
  const { declared } = recordOf(Object.hasOwn(told, address) ? told[address] : undefined)
  return typeof declared === 'boolean' ? declared : null
}

const isOther = ({ mode, type, instances }: z.infer<typeof Resource>): boolean =>
  mode === 'managed' && instances.length > 0 && !isClientResource(type) && !harmless.has(type)

/** The address of a resource, without instance keys. What is no name is not repeated. */
const addressOf = ({ module, type, name }: Pick<z.infer<typeof Resource>, 'module' | 'type' | 'name'>): string => {
  if (![type, name].every((word) => identifier.test(word))) return '(a resource without a proper name)'
  return `${module && modulePath.test(module) && isPlain(module) ? `${module}.` : ''}${type}.${name}`
}

const issuesOf = (at: string, { issues }: z.ZodError): Issue[] =>
  issues.map(({ path, message }) => ({
    pointer: `${at}${pointerTo(path)}`,
    detail: message,
  }))

/** What is gathered of a state. */
interface Findings {
  readonly found: Omit<StateResource, 'declared'>[]
  readonly issues: Issue[]
  readonly others: string[]
}

/**
 * Adds the objects of one resource to what was found, and what is wrong with them to the issues. One whose id no client
 * can have here belongs to none: it stops no state, and no stack of ours is made that would destroy it.
 */
const readResource = (
  { mode, type, name, module, instances }: z.infer<typeof Resource>,
  at: string,
  seen: Set<string>,
  { found, issues, others }: Findings,
): void => {
  if (mode !== 'managed' || !isClientResource(type)) return
  if (!identifier.test(name)) issues.push({ pointer: `${at}/name`, detail: 'This is no name of a resource.' })
  if (module && !(modulePath.test(module) && isPlain(module)))
    issues.push({ pointer: `${at}/module`, detail: 'This is no address of a module.' })
  for (const [index, raw] of instances.entries()) {
    if (issues.length >= enoughIssues || found.length > maximumObjects) return
    const pointer = `${at}/instances/${index}`
    const instance = Instance.safeParse(raw)
    if (!instance.success) {
      issues.push(...issuesOf(pointer, instance.error))
      continue
    }
    const { index_key: key, status, deposed, attributes, attributes_flat: flat } = instance.data
    const id = idIn(attributes ?? flat)
    if (id === undefined) continue
    const clientId = ClientId.safeParse(id)
    const address = `${module ? `${module}.` : ''}${type}.${name}${keyOf(key)}`
    const object = `${address} ${deposed ?? ''}`
    if (!clientId.success) others.push(addressOf({ module, type, name }))
    else if (seen.has(object)) issues.push({ pointer, detail: 'This object stands in the state already.' })
    else if (!isPlain(deposed ?? '')) issues.push({ pointer: `${pointer}/deposed`, detail: 'This is no key.' })
    else
      found.push({
        address,
        type,
        clientId: clientId.data,
        tainted: status === 'tainted',
        deposed: deposed === undefined || deposed === '' ? null : deposed,
      })
    seen.add(object)
  }
}

/** Whether an address is a resource of the root module without an instance key: such as a configuration of ours has. */
export const isPlainAddress = (address: string): boolean => /^[a-z0-9_]+\.[^.[\]"]+$/.test(address)

/** How a state that somebody wants to write stands to the one that is there. */
export type Succession = 'first' | 'next' | 'same' | 'foreign-lineage' | 'lower-serial' | 'same-serial' | 'leap'

/**
 * The highest serial that a state may begin with or leap to. Terraform raises it by one with each write, and a number holds
 * twice as many: from every state that is taken, more writes are possible than anybody can make.
 */
export const highestSerial = 2 ** 52
/** Beyond it a serial rises step by step. */
const step = 1000

const leaps = (next: number, present: number | null): boolean =>
  next > highestSerial && (present === null || next - present > step)

/**
 * Whether a state may follow another. Source: Terraform's own rules for `state push`: one lineage, serials that rise; the
 * same text again is the repetition of a request whose answer was lost.
 */
export const successionOf = (
  present: { readonly lineage: string; readonly serial: number; readonly sha256: string } | null,
  next: { readonly lineage: string; readonly serial: number; readonly sha256: string },
): Succession => {
  if (present === null) return leaps(next.serial, null) ? 'leap' : 'first'
  if (present.lineage !== next.lineage) return 'foreign-lineage'
  if (next.serial < present.serial) return 'lower-serial'
  if (next.serial > present.serial) return leaps(next.serial, present.serial) ? 'leap' : 'next'
  return present.sha256 === next.sha256 ? 'same' : 'same-serial'
}
