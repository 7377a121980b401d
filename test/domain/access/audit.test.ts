import { describe, expect, test } from 'vitest'
import { auditActionNames, isAcceptanceRecorded, isRefusalRecorded } from '../../../domain/access/audit.ts'

describe('what is recorded', () => {
  test.each([
    { reason: 'a change that was not let in', action: 'client.patch', status: 403, recorded: true },
    { reason: 'by nobody in particular', action: 'client.patch', status: 401, recorded: true },
    { reason: 'a change that is not possible', action: 'client.patch', status: 422, recorded: true },
    { reason: 'one that came too late', action: 'client.patch', status: 412, recorded: true },
    { reason: 'a fault is no decision', action: 'client.patch', status: 503, recorded: false },
    { reason: 'whoever wanted a secret', action: 'client.secret.read', status: 404, recorded: true },
    { reason: 'an ordinary read that was not let in', action: 'client.read', status: 403, recorded: true },
    { reason: 'an ordinary read of nothing', action: 'client.read', status: 404, recorded: false },
    { reason: 'a list that cannot be read', action: 'client.patch-list', status: 400, recorded: true },
    { reason: 'a preview of what is not possible', action: 'client.preview', status: 422, recorded: false },
    { reason: 'a probe never', action: 'probe', status: 401, recorded: false },
  ] as const)('a refusal: $reason', ({ action, status, recorded }) => {
    expect(isRefusalRecorded(action, status)).toBe(recorded)
  })

  test('whatever changes something or gives out what is secret is recorded; ordinary reads are not', () => {
    const unrecorded = auditActionNames.filter((action) => !isAcceptanceRecorded(action))
    expect(unrecorded.toSorted()).toEqual([
      'account.read',
      'change.read',
      'client.patch-list',
      'client.preview',
      'client.read',
      'probe',
      'request.unauthenticated',
      'state.list',
      'tenant.read',
      'token.read',
    ])
  })
})
