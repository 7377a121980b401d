import type { AuditFacts } from '../../domain/access/audit.ts'

/**
 * The record of one request, while it is being decided: whoever learns more notes it, and whoever makes the decision true
 * stores it in the same transaction.
 */
export interface AuditDraft {
  readonly note: (more: Partial<AuditFacts>) => void
  readonly facts: () => AuditFacts
  /** Whether the acceptance is stored: then nothing that happens later can change it. */
  readonly isStored: () => boolean
  readonly stored: () => void
}

export const createAuditDraft = (first: AuditFacts): AuditDraft => {
  let facts = first
  let isStored = false
  return {
    note: (more) => {
      facts = { ...facts, ...more }
    },
    facts: () => facts,
    isStored: () => isStored,
    stored: () => {
      isStored = true
    },
  }
}

/** The record of what no request asked for: a command does it past the API, or Nexus of its own accord. */
export const draftWithoutRequest = (
  facts: Pick<AuditFacts, 'action' | 'tenantId' | 'actor'> & Partial<Pick<AuditFacts, 'target'>>,
): AuditDraft => createAuditDraft({ target: null, ...facts, address: null, requestId: null, changeId: null })
