import { defaultsFor, securityModeOf } from '../clients/defaults.ts'
import { clientIdFor, newSecret, type IdKind } from '../clients/ids.ts'
import { members } from '../clients/members.ts'
import { Store, type StoredClient } from '../clients/store.ts'
import { Refused } from '../http/answer.ts'
import { isObject, textOf, type Json, type JsonObject } from '../json.ts'
import { usersSchema, type User } from '../sign-in/users.ts'
import { seedCredentials } from './credentials.ts'
import { readMembers, type Findings } from './member.ts'
import { parseSeed } from './parse.ts'
import { unmarked } from './placeholders.ts'
import { refuse, SeedError } from './problems.ts'

export type Seed = {
  clients: StoredClient[]
  /** Who can sign in; undefined where the file has no `users`. */
  users: User[] | undefined
  /** What of the file is not there, or stands there as it is, with its place. */
  notes: string[]
}

const shapes =
  'It must be a list of clients, as the Management API answers it, or an object with `clients`, as the deploy CLI writes it.'

/** The users that a file lists beside its clients, which no tool of Auth0 writes. */
const readUsers = (said: Json, { problems }: Findings): User[] | undefined => {
  if (!isObject(said) || said['users'] === undefined) return undefined
  const users = usersSchema.safeParse(JSON.parse(unmarked(JSON.stringify(said['users']))))
  for (const { path, message } of users.error?.issues ?? [])
    problems.push(
      `users${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')}: ${message}`,
    )
  return users.data
}

/** The clients that a file lists, each with its place; beside them, what else stands there is told. */
const listed = (said: Json, { notes }: Findings): [path: string, client: Json][] => {
  const rows = isObject(said) ? said['clients'] : said
  if (!Array.isArray(rows)) throw new SeedError(shapes)
  const place = isObject(said) ? 'clients' : ''
  const envelope = new Set(['clients', 'users', 'total', 'start', 'limit', 'length', 'next'])
  for (const name of isObject(said) ? Object.keys(said) : [])
    if (!envelope.has(name)) notes.push(`${unmarked(name)}: is left out, as only clients are taken`)
  return rows.map((client, index) => [`${place}[${index}]`, client])
}

// As a segment of a path "." and ".." would lead elsewhere.
const isId = (id: string): boolean => /^\P{Cc}{1,255}$/u.test(id) && id !== '.' && id !== '..'

const idSchema = { type: 'string' } as const

// Those of an answer that no call takes; the views add some of them anew.
const schemaOf = (name: string) => (name === 'client_id' ? idSchema : members[name]?.schema)

/** The content of a page that a file names, or undefined where it is not there. */
export type PageOf = (name: string) => string | undefined

/** The deploy CLI writes each login page to a file of its own, and its name in its place. */
const withPage = (client: JsonObject, path: string, pageOf: PageOf, { notes }: Findings): JsonObject => {
  const name = textOf(client['custom_login_page'])
  if (!/^\.\/[^\n]+\.html$/.test(name)) return client
  const page = pageOf(name)
  if (page === undefined) notes.push(`${path}.custom_login_page: ${name} does not exist: its name stays in its place`)
  return page === undefined ? client : { ...client, custom_login_page: page }
}

type Reading = { findings: Findings; taken: Set<string>; pageOf: PageOf }

/** One client of a file. The id of one that has none is made of its name: the same in every run. */
const readClient = (path: string, given: Json, { findings, taken, pageOf }: Reading): StoredClient[] => {
  const { problems } = findings
  if (!isObject(given)) {
    problems.push(`${path}: is not an object`)
    return []
  }
  const before = problems.length
  const client = readMembers(given, schemaOf, path, findings)
  const name = client['name']
  if (problems.length > before) return []
  if (typeof name !== 'string' || name === '') {
    problems.push(`${path}.name: is missing`)
    return []
  }
  const id = client['client_id'] ?? firstFree(name, kindOf(client), taken)
  if (typeof id !== 'string' || !isId(id)) {
    problems.push(`${path}.client_id: must have 1 to 255 characters, no control characters, and not be "." or ".."`)
    return []
  }
  if (taken.has(id)) {
    problems.push(`${path}.client_id: ${id} is there twice`)
    return []
  }
  taken.add(id)
  const own = withPage(client, path, pageOf, findings)
  const whole = { ...beneath(client), client_secret: newSecret(), ...own, client_id: id }
  const refused = credentialProblem(whole)
  if (refused !== undefined) problems.push(`${path}: its credentials cannot be used: ${refused}`)
  return [whole]
}

/** Whether a tenant would take the credentials, tried on an empty one. */
const credentialProblem = (client: StoredClient): string | undefined => {
  try {
    seedCredentials(new Store(), client)
    return undefined
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { body } = error.answer
    return isObject(body) ? textOf(body['message']) : error.message
  }
}

const firstFree = (name: string, kind: IdKind, taken: ReadonlySet<string>): string => {
  let id = clientIdFor(name, kind)
  for (let count = 2; taken.has(id); count += 1) id = clientIdFor(`${name} ${count}`, kind)
  return id
}

const modeOf = (client: JsonObject) => securityModeOf(client, 'permissive')
const kindOf = (client: JsonObject): IdKind => (modeOf(client) === 'strict' ? 'strict' : 'ordinary')

/** What the API answers is whole. A file of the deploy CLI holds what it would send: Auth0 puts its defaults beneath. */
const beneath = (client: JsonObject): JsonObject =>
  client['tenant'] !== undefined || client['global'] !== undefined ? {} : defaultsFor(client, modeOf(client))

/**
 * The clients of an export: the Management API's JSON, or the deploy CLI's YAML, and the users beside them. Throws a SeedError that names each
 * place that cannot be taken.
 */
export const readSeed = (text: string, pageOf: PageOf = () => undefined): Seed => {
  const findings: Findings = { problems: [], notes: [] }
  const reading = { findings, taken: new Set<string>(), pageOf }
  const said = parseSeed(text)
  const clients = listed(said, findings).flatMap(([path, client]) => readClient(path, client, reading))
  const users = readUsers(said, findings)
  refuse(findings.problems)
  return { clients, users, notes: findings.notes }
}
