import { z } from 'zod'
import type { Issue } from '../../../domain/texts/json-text.ts'
import type { Refusal } from '../../../domain/changes/refusal.ts'
import type { TerraformRequest } from '../../../domain/terraform/placement.ts'
import { isRecord, isText } from '../../../domain/shape.ts'
import { fieldPaths, Values } from '../../../domain/vocabulary.ts'
import type { Auth0Client, Author, ChangeStatus, FieldPath, PendingChange } from '../../../domain/vocabulary.ts'

/** What the columns of rows hold, as the driver gives it: each kind once. */

/** A point in time. */
export const time = z.date()

/** A point in time inside of JSON, which PostgreSQL writes in ISO 8601. */
export const timeInJson = z
  .string()
  .transform((text) => new Date(text))
  .pipe(time)

/** An integer of any size: the connection reads a bigint's text, and one that is beyond a number's precision is none. */
export const integer = z.int()

/** A word that people are told and nothing is decided on: another version of Nexus may have written others. */
export const told = <Word extends string>() => z.custom<Word>(isText, 'Invalid input: expected string')

export const authorColumn: z.ZodType<Author> = z.object({
  kind: z.enum(['user', 'service-account', 'policy']),
  id: z.string(),
  application: z.string().nullable(),
})

/** Open, as Auth0's own. */
export const auth0Client: z.ZodType<Auth0Client> = z.custom<Auth0Client>(isRecord, 'Invalid input: expected object')

export const pendingChanges: z.ZodType<readonly PendingChange[]> = z.array(
  z.object({ id: z.string(), generation: integer, values: Values, traceparent: z.string().nullish() }),
)

export const statusColumn: z.ZodType<ChangeStatus> = z.enum(['accepted', 'applied', 'rejected', 'withdrawn'])

/** What is said of places in a body. */
export const issuesColumn: z.ZodType<Issue[]> = z.array(z.object({ pointer: z.string(), detail: z.string() }))

export const refusalColumn: z.ZodType<Refusal> = z.object({
  reason: z.enum(['refused', 'ignored', 'vanished']),
  detail: z.string(),
  issues: issuesColumn,
})

export const requestColumns = { kind: z.enum(['adopt', 'release']), state: z.string() }
export const terraformRequest: z.ZodType<TerraformRequest> = z.object(requestColumns)

/** A row that is the id of a client and nothing else. */
export const ClientIdRow = z.object({ client_id: z.string() })

const isFieldPath = (name: string): name is FieldPath => fieldPaths.some((path) => path === name)

/** Fields of another version of Nexus are left out: nothing here knows what they are. */
export const fieldNames: z.ZodType<readonly FieldPath[]> = z
  .array(z.string())
  .transform((names) => names.filter(isFieldPath))
