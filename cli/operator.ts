import os from 'node:os'
import { draftWithoutRequest } from '../adapters/postgres/audit-draft.ts'
import type { AuditDraft } from '../adapters/postgres/audit-draft.ts'
import type { Actor, AuditAction } from '../domain/access/audit.ts'

/** Who runs a command past the API: the operating system says it, and on which machine. */
export const operator = (): Actor => ({
  kind: 'operator',
  id: `${os.userInfo().username}@${os.hostname()}`,
  application: null,
})

/** The record of what a command does past the API. */
export const operatorRecord = (action: AuditAction, tenantId: string | null, target: string | null): AuditDraft =>
  draftWithoutRequest({ action, tenantId, actor: operator(), target })
