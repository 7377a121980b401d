import { setTimeout as sleep } from 'node:timers/promises'
import type { Person } from './cast.ts'
import { hasBecome, isUntouched } from './checks.ts'
import type { Place, Stage } from './stage.ts'

/** Ways of playing a chapter. */

interface Attempt {
  readonly by: Person
  /** The client's id, in the person's tenant. */
  readonly on: string
  readonly body: unknown
}

const placeOf = ({ by, on }: Attempt): Place => ({ tenant: by.tenant, client: on })

const patch = (stage: Stage, { by, on, body }: Attempt, headers: Readonly<Record<string, string>> = {}) =>
  stage.request({ method: 'PATCH', path: `/v1/tenants/${by.tenant}/clients/${on}`, as: by, headers, body })

/**
 * A PATCH that is applied while its caller waits.
 *
 * @param auth0 the members of Auth0's client that it changes, by path, as they must be afterwards
 */
export const changes =
  (attempt: Attempt, auth0: Readonly<Record<string, unknown>>) =>
  async (stage: Stage): Promise<void> => {
    const at = placeOf(attempt)
    const before = stage.auth0(at)
    const { status, body } = await patch(stage, attempt)
    stage.showAuth0(at, before)
    stage.check([
      { what: 'answered 200', found: status, wanted: 200 },
      ...hasBecome(before, stage.auth0(at), auth0),
      { what: 'the whole client, without its secret', found: [body['id'], body['secret']], wanted: [at.client, null] },
    ])
  }

interface Refusal {
  readonly status: number
  /** The last part of the problem's type. */
  readonly type: string
  /** Where in the body the mistakes are. */
  readonly pointers?: readonly string[]
  /** Members of Auth0's client to show: those that the attempt was after. */
  readonly shows?: readonly string[]
}

/** A PATCH that is refused before anything reaches Auth0. */
export const isRefused =
  (attempt: Attempt, { status, type, pointers = [], shows = [] }: Refusal) =>
  async (stage: Stage): Promise<void> => {
    const at = placeOf(attempt)
    const before = stage.auth0(at)
    const { body, ...answer } = await patch(stage, attempt)
    const issues = issuesOf(body['errors'])
    stage.remark(String(body['detail']))
    for (const { pointer, detail } of issues) stage.remark(`${pointer}   ${detail}`)
    stage.showAuth0(at, before, shows)
    stage.check([
      {
        what: `answered ${status} as problem+json`,
        found: [answer.status, body['type'], answer.headers.get('content-type')?.split(';')[0]],
        wanted: [status, `/problems/${type}`, 'application/problem+json'],
      },
      ...(pointers.length === 0
        ? []
        : [{ what: 'pointing at each mistake', found: issues.map(({ pointer }) => pointer), wanted: pointers }]),
      isUntouched(before, stage.auth0(at)),
    ])
  }

/**
 * A PATCH whose caller does not wait: 202, and the change is followed at its `Location` until it has settled.
 *
 * @param auth0Ms how long Auth0 takes for a call meanwhile
 */
export const changesLater =
  (attempt: Attempt, auth0Ms: number, auth0: Readonly<Record<string, unknown>>) =>
  async (stage: Stage): Promise<void> => {
    const at = placeOf(attempt)
    const simulator = stage.world.tenants[at.tenant]
    simulator.setFaults({ latencyMs: auth0Ms })
    const before = stage.auth0(at)
    const { status, headers } = await patch(stage, attempt, { Prefer: 'respond-async' })
    stage.check([
      { what: 'answered 202', found: [status, headers.get('nexus-sync')], wanted: [202, 'pending'] },
      { what: 'Auth0 does not have it yet', found: stage.auth0(at).client, wanted: before.client },
    ])
    await sleep(auth0Ms + 100)
    const change = await follow(stage, attempt.by, headers.get('location') ?? '')
    simulator.setFaults({})
    stage.showAuth0(at, before)
    stage.check([
      { what: 'the change was applied', found: change['status'], wanted: 'applied' },
      ...hasBecome(before, stage.auth0(at), auth0),
    ])
  }

/** How long a change is followed before something must be wrong. */
const patienceMs = 20_000

const follow = async (stage: Stage, as: Person, path: string): Promise<Readonly<Record<string, unknown>>> => {
  const end = performance.now() + patienceMs
  for (;;) {
    const { body } = await stage.request({ method: 'GET', path, as })
    const { status, acceptedAt, settledAt } = body
    stage.remark(JSON.stringify({ status, acceptedAt, settledAt }))
    if (status !== 'accepted' || performance.now() > end) return body
    await sleep(1000)
  }
}

interface Issue {
  readonly pointer: string
  readonly detail: string
}

const isIssue = (value: unknown): value is Issue =>
  typeof value === 'object' && value !== null && 'pointer' in value && 'detail' in value

const issuesOf = (errors: unknown): readonly Issue[] => (Array.isArray(errors) ? errors.filter(isIssue) : [])
