import os from 'node:os'
import { createAuditDraft } from '../adapters/postgres/audit.ts'
import type { AuditDraft } from '../adapters/postgres/audit.ts'
import type { AuditAction } from '../domain/access/audit.ts'

/** The record of what a command does past the API: the operating system says who runs it, on which machine. */
export const operatorRecord = (action: AuditAction, tenantId: string | null, target: string | null): AuditDraft =>
  createAuditDraft({
    action,
    tenantId,
    actor: { kind: 'operator', id: `${os.userInfo().username}@${os.hostname()}`, application: null },
    address: null,
    requestId: null,
    target,
    changeId: null,
  })
