import { plans } from '../../domain/limits/budget.ts'
import { TenantId } from '../../domain/vocabulary.ts'
import { canAsk, startAsking } from '../terminal/ask.ts'
import type { Asking } from '../terminal/ask.ts'
import { Failure } from '../failure.ts'

/** What `nexus init` has to know. */

/** What the command line says already. */
export interface Given extends Partial<Answers> {
  readonly yes?: boolean
  readonly allowInsecure?: boolean
}

export type Answers = Readonly<Record<QuestionName, string>>
type QuestionName = (typeof questionNames)[number]
const questionNames = [
  'tenant',
  'domain',
  'plan',
  'clientIdEnv',
  'clientSecretEnv',
  'issuer',
  'audience',
  'port',
  'database',
  'databaseEnv',
] as const

/** One thing that has to be known: how it is asked for, what is usual, and what is wrong with an answer. */
interface Question {
  readonly option: string
  readonly text: string
  /** Undefined where nobody can guess. */
  readonly usual: (before: Partial<Answers>) => string | undefined
  readonly problem: (answer: string, given: Given) => Promise<string | undefined> | string | undefined
  /** Whether it need not be known, after what was answered before. */
  readonly needless?: (before: Partial<Answers>) => boolean
}

const variableProblem = (name: string): string | undefined =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? undefined
    : 'That is no name of a variable: letters, digits and underscores. The value itself does not belong here.'

const prefixOf = ({ tenant = '' }: Partial<Answers>): string => {
  const name = tenant.toUpperCase().replaceAll('-', '_')
  return /^\d/.test(name) ? `TENANT_${name}` : name
}

const issuerProblem = (issuer: string, { allowInsecure }: Given): string | undefined => {
  if (issuer === 'none') return undefined
  const url = URL.parse(issuer)
  const good = url !== null && (url.protocol === 'https:' || (allowInsecure === true && url.protocol === 'http:'))
  return good && url.username === '' ? undefined : 'It must be a URL that starts with https://, or none.'
}

const oneOf =
  (words: readonly string[]) =>
  (answer: string): string | undefined =>
    words.includes(answer) ? undefined : `It must be one of: ${words.join(', ')}.`

export const questions: Readonly<Record<QuestionName, Question>> = {
  tenant: {
    option: '--tenant <id>',
    text: "Id of the tenant, for the API's paths, such as acme",
    usual: () => undefined,
    problem: (answer) => TenantId.safeParse(answer).error?.issues[0]?.message,
  },
  domain: {
    option: '--domain <domain>',
    text: 'Its domain, such as acme.eu.auth0.com',
    usual: () => undefined,
    problem: async (answer, { allowInsecure }) => {
      const { domainProblem } = await import('../../adapters/config/domains.ts')
      const wrong = answer === '' ? 'A tenant needs a domain.' : domainProblem(answer, allowInsecure === true)
      return wrong?.replace('set allowInsecure: true on the tenant', 'use --allow-insecure')
    },
  },
  plan: {
    option: '--plan <plan>',
    text: `Its subscription, whose rate limits hold (${plans.join(', ')})`,
    usual: () => 'free',
    problem: oneOf(plans),
  },
  clientIdEnv: {
    option: '--client-id-env <name>',
    text: "Variable that holds the client id of Nexus' application",
    usual: (before) => `${prefixOf(before)}_CLIENT_ID`,
    problem: variableProblem,
  },
  clientSecretEnv: {
    option: '--client-secret-env <name>',
    text: 'Variable that holds its client secret',
    usual: (before) => `${prefixOf(before)}_CLIENT_SECRET`,
    problem: variableProblem,
  },
  issuer: {
    option: '--issuer <url>',
    text: "Issuer of people's tokens, or none",
    usual: ({ domain = '' }) => (/^https?:\/\//.test(domain) ? `${domain.replace(/\/$/, '')}/` : `https://${domain}/`),
    problem: issuerProblem,
  },
  audience: {
    option: '--audience <text>',
    text: 'Audience that these tokens have for Nexus',
    usual: () => 'urn:nexus',
    problem: (answer) => (answer === '' ? 'It may not be empty.' : undefined),
    needless: ({ issuer }) => issuer === 'none',
  },
  port: {
    option: '--port <number>',
    text: 'Port of the API',
    usual: () => '8080',
    problem: (answer) =>
      /^\d{1,5}$/.test(answer) && Number(answer) <= 65_535 ? undefined : 'It must be from 0 to 65535.',
  },
  database: {
    option: '--database <kind>',
    text: 'Database: embedded (Nexus runs one itself), or url',
    usual: () => 'embedded',
    problem: oneOf(['embedded', 'url']),
  },
  databaseEnv: {
    option: '--database-env <name>',
    text: 'Variable that holds its URL',
    usual: () => 'NEXUS_DATABASE_URL',
    problem: variableProblem,
    needless: ({ database }) => database !== 'url',
  },
}

/** Every answer: from the command line, from the person at the terminal, or the usual one. @throws Failure */
export const answersTo = async (given: Given): Promise<Answers> => {
  const asking = canAsk() && given.yes !== true ? startAsking('Nothing was written.') : undefined
  try {
    const answers: Partial<Record<QuestionName, string>> = {}
    for (const name of questionNames) answers[name] = await answerTo(name, answers, given, asking)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every question has been answered
    return answers as Answers
  } finally {
    asking?.end()
  }
}

const answerTo = async (
  name: QuestionName,
  before: Partial<Answers>,
  given: Given,
  asking: Asking | undefined,
): Promise<string> => {
  const { option, text, usual, problem, needless } = questions[name]
  const fallback = usual(before)
  const said = given[name]
  if (said === undefined && needless?.(before) === true) return fallback ?? ''
  if (said === undefined && asking !== undefined) {
    for (;;) {
      const answer = await asking.ask(text, fallback)
      const wrong = await problem(answer, given)
      if (wrong === undefined) return answer
      asking.say(wrong)
    }
  }
  const answer = said ?? fallback
  if (answer === undefined) throw new Failure(`There is nobody to ask here: give ${option}.`, 'usage')
  const wrong = await problem(answer, given)
  if (wrong !== undefined) throw new Failure(`${option.split(' ')[0]}: ${wrong}`, 'usage')
  return answer
}
