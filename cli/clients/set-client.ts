import { nested } from '../../api/changes/change-view.ts'
import { parsedAs } from '../../adapters/nexus-api/answer.ts'
import type { Remote } from '../../adapters/nexus-api/client.ts'
import { RemoteError } from '../../adapters/nexus-api/errors.ts'
import type { FieldDifference } from '../../domain/changes/tenant-report.ts'
import { isText, recordOf } from '../../domain/shape.ts'
import { assigned } from './assignments.ts'
import type { Assignment } from './assignments.ts'
import type { Client } from './client-answers.ts'
import { differencesBetween, Previewed, valuesIn } from './client-answers.ts'
import { endWith } from '../exit-codes.ts'
import type { Exit } from '../exit-codes.ts'
import { problemOf } from '../failure.ts'
import { inColour } from '../terminal/colours.ts'
import { differenceLines } from './differences.ts'
import { clientAnswerOf, clientPath, readClient } from './clients-api.ts'
import { remoteFor } from '../remote.ts'
import type { ApiFlags } from '../remote.ts'
import { printable } from '../../domain/texts/printable.ts'
import { countText } from '../terminal/readable.ts'
import type { Issue } from '../../domain/texts/json-text.ts'
import { print, printError, printJson } from '../terminal/print.ts'

export interface SetFlags extends ApiFlags {
  readonly ifMatch?: string
  readonly dryRun?: boolean
}

/** How often a change is tried that somebody else's came before. */
export const attempts = 5

/** What came of `set`, as a pipeline reads it. */
interface Outcome {
  readonly outcome: 'applied' | 'pending' | 'unchanged' | 'planned'
  readonly change: string | null
  readonly fields: readonly FieldDifference[]
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
  readonly client: Client
}

const ends: Readonly<Record<Outcome['outcome'], Exit>> = {
  applied: 'done',
  unchanged: 'done',
  planned: 'done',
  pending: 'differences',
}

/**
 * Reads a client to change it. Who may not read it may not change it either, and is told what a change needs: the reading
 * would only name what a reader needs.
 */
const readForChange: typeof readClient = async (remote, path) => {
  try {
    return await readClient(remote, path)
  } catch (error) {
    if (error instanceof RemoteError && error.status === 403)
      await remote.granted('PATCH', path, { body: {}, query: { dryRun: 'true' } })
    throw error
  }
}

/** Reads the client, works out what the assignments come to, and sends it on the condition that nobody came between. */
const attempt = async (
  remote: Remote,
  path: string,
  assignments: readonly Assignment[],
  { ifMatch, dryRun }: SetFlags,
): Promise<Outcome> => {
  const { client, etag } = await readForChange(remote, path)
  const before = valuesIn(client)
  const { values, notes } = assigned(assignments, before)
  const condition = ifMatch ?? etag
  const body = nested(values)
  const request = { body, headers: condition === null ? {} : { 'if-match': condition } }
  try {
    if (dryRun === true) {
      const answer = await remote.granted('PATCH', path, { ...request, query: { dryRun: 'true' } })
      const { fields, waitingChanges: waiting } = parsedAs(Previewed, answer, remote.url).preview
      const warnings = warningsIn(clientAnswerOf(answer, remote), body)
      const waits = waiting === 0 ? [] : [`${countText(waiting, 'earlier change')} not yet in Auth0.`]
      return { outcome: 'planned', change: null, fields, notes: [...notes, ...waits], warnings, client }
    }
    const after = clientAnswerOf(await remote.granted('PATCH', path, request), remote)
    const fields = differencesBetween(before, valuesIn(after.client))
    const outcome = after.status === 202 ? 'pending' : fields.length === 0 ? 'unchanged' : 'applied'
    return { outcome, change: after.change, fields, notes, warnings: warningsIn(after, body), client: after.client }
  } catch (error) {
    throw error instanceof RemoteError ? withValues(error, body) : error
  }
}

/** What a change was warned of, with the text that each warning is about in the place of its pointer. */
const warningsIn = ({ warnings }: { readonly warnings: readonly string[] }, body: unknown): string[] =>
  warnings.map((line) => {
    const [pointer = ''] = /^\/[^ :]+/.exec(line) ?? []
    const value = valueAtPointer(body, pointer)
    return pointer !== '' && isText(value) ? `${value}${line.slice(pointer.length)}` : line
  })

/** A pointer into a list says little to who has not written the list. */
const withValues = (error: RemoteError, body: unknown): RemoteError => {
  const issues = error.issues.map((issue): Issue => {
    const value = valueAtPointer(body, issue.pointer)
    return isText(value) && !issue.detail.includes(value) ? { ...issue, detail: `${value}: ${issue.detail}` } : issue
  })
  const [first = ''] = error.message.split('\n')
  const lines = issues.map(({ pointer, detail }) => `\n  - ${printable(pointer)}: ${printable(detail)}`)
  return issues.length === 0
    ? error
    : new RemoteError(error.code, `${first}${lines.join('')}`, {
        detail: error.detail,
        status: error.status,
        type: error.type,
        issues,
      })
}

const valueAtPointer = (body: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((here, part) => (Array.isArray(here) ? here[Number(part)] : recordOf(here)[part]), body)

/** `nexus clients set`: reads, works out, sends, and says what came of it. */
export const setClient = async (
  tenantId: string,
  clientId: string,
  assignments: readonly Assignment[],
  flags: SetFlags,
): Promise<void> => {
  const remote = await remoteFor(flags)
  const path = clientPath(tenantId, clientId)
  for (let tried = 1; ; tried += 1) {
    try {
      const outcome = await attempt(remote, path, assignments, flags)
      if (flags.json === true) printJson(outcome)
      else tell(tenantId, outcome)
      endWith(ends[outcome.outcome])
      return
    } catch (error) {
      const movedOn = error instanceof RemoteError && error.status === 412 && flags.ifMatch === undefined
      if (movedOn && tried < attempts) continue
      if (flags.json !== true || !(error instanceof RemoteError) || error.code !== 'refused') throw error
      const problem = problemOf(error)
      printJson({ outcome: 'refused', ...problem })
      return endWith(problem.code)
    }
  }
}

const tell = (tenantId: string, { outcome, change, fields, notes, warnings, client }: Outcome): void => {
  const name = client.name ?? 'without a name'
  const titled = `${printable(name)} (${client.id})`
  for (const note of notes) printError(`note: ${printable(note)}`)
  for (const warning of warnings) printError(`warning: ${printable(warning)}`)
  const changed = fields.length === 0 ? [] : differenceLines([{ id: client.id, name, notes: [], fields: [...fields] }])
  const texts: Readonly<Record<Outcome['outcome'], string>> = {
    applied: inColour('green', `Applied: Auth0 has it. It is change ${change}.`),
    unchanged: `Nothing to change: ${titled} is like that already.`,
    pending:
      `${inColour('yellow', 'Accepted, and waiting:')} Auth0 does not have it yet, and it will not be lost. It is change ${change}.\n` +
      `Follow it: nexus clients history ${tenantId} ${client.id} --watch`,
    planned:
      fields.length === 0
        ? `It would change nothing of ${titled}.`
        : 'This is what it would change. Nothing was done: leave out --dry-run to do it.',
  }
  print([...changed, texts[outcome]].join('\n'))
}
