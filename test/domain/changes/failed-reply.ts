import type { Reply } from '../../../domain/changes/verdict.ts'

type Failed = Extract<Reply<unknown>, { ok: false }>

/** A refusal of Auth0 itself that says nothing of its rate limit, or what else is said of it. */
export const failed = (status: number | null, more: Partial<Failed> = {}): Failed => ({
  ok: false,
  status,
  errorCode: null,
  fromAuth0: true,
  message: 'Auth0 said no',
  retryAfter: null,
  rate: { remaining: null, resetIn: null },
  ...more,
})
