import { AuthenticationUnavailable, TooManyAttempts, Unauthenticated } from '../../adapters/credentials/errors.ts'
import { OutcomeUnknown } from '../../adapters/postgres/changes/accept.ts'
import { AuditUnavailable } from '../../adapters/postgres/audit.ts'
import { isOutOfTime, isUnavailable } from '../../adapters/postgres/servers/sqlstate.ts'
import { NoPlace } from '../../adapters/auth0/pacer.ts'
import { NotCompared } from '../../adapters/postgres/tenants/not-compared.ts'
import { SealingError } from '../../adapters/sealing/sealing.ts'
import { unsupportedMediaType } from './media-type.ts'
import { notFound, Problem, tooMany, unavailable } from './problem.ts'
import { codeOf } from '../../domain/shape.ts'

/**
 * Whatever was thrown, as a problem. What nobody foresaw is a 500 that says nothing of the inside; the log has it,
 * under the request's id.
 */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error
  if (error instanceof OutcomeUnknown)
    return unavailable(
      `The storage went away as the change was being stored. Whether it was, GET …/changes/${error.changeId} tells when ` +
        'the storage is back; sending the change again does no harm.',
      5000,
    )
  if (error instanceof NotCompared) return new Problem('not-compared', error.message)
  if (error instanceof AuditUnavailable)
    return unavailable('The decision could not be recorded, so nothing was done.', 5000)
  if (error instanceof NoPlace)
    return unavailable("Auth0 cannot be read now: the tenant's rate limit is used up by others.", error.retryAfterMs)
  if (isOutOfTime(error)) return unavailable('The storage does not answer in time; nothing was accepted.', 5000)
  if (isUnavailable(error)) return unavailable('The storage cannot be reached; nothing was accepted.', 5000)
  if (error instanceof SealingError)
    return new Problem(error.code === 'no-key' ? 'states-not-kept' : 'state-unreadable', error.message)
  if (error instanceof Unauthenticated)
    return new Problem('unauthenticated', error.detail, { headers: { 'www-authenticate': error.challenges } })
  if (error instanceof TooManyAttempts) return tooMany(error.message, error.retryAfterMs)
  if (error instanceof AuthenticationUnavailable) return unavailable(error.detail, error.retryAfterSeconds * 1000)
  switch (codeOf(error) ?? '') {
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return notFound('There is nothing at this address.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType('The Content-Type cannot be read.')
    default:
      return new Problem('internal', 'This is a fault of the server; its log has more under the X-Request-Id.')
  }
}

/**
 * What of an error may be logged: errors of the database carry rows, and those of HTTP clients whole requests. Why a
 * sign-in cannot be decided is told by its cause.
 */
export const loggable = (error: unknown): Readonly<Record<string, unknown>> =>
  error instanceof Error
    ? {
        name: error.name,
        message: error.message,
        code: codeOf(error),
        stack: error.stack,
        ...(error instanceof AuthenticationUnavailable && { cause: loggable(error.cause) }),
      }
    : { message: typeof error }
