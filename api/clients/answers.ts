import { z } from 'zod'
import { listedFields } from '../../domain/clients/fields.ts'
import { syncWords, terraformWords } from '../../domain/clients/listing.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { count, Issue, text, texts, time } from '../routing/answers.ts'
import type { AnswerHeader, OperationAnswer } from '../routing/operation.ts'
import { clientMembers, exampleClient, fieldMembers } from './client-schema.ts'

/** What is answered about clients. */

export const FieldPath = z
  .enum(fieldPaths)
  .describe('A field of a client, the unit of ownership')
  .meta({ id: 'FieldPath' })

export const FieldValue = z.union([texts, text]).nullable()

const Preview = z
  .strictObject({
    detail: text,
    etag: text.nullable().describe('For the `If-Match` of the request that is to do just this'),
    fields: z.array(z.strictObject({ field: FieldPath, from: FieldValue, to: FieldValue })),
    members: z.record(text, z.unknown()).nullable().describe('The body that Auth0 would get; null for none'),
    waitingChanges: count,
    warnings: z.array(Issue).optional().describe('What of it may not work'),
  })
  .describe('With `dryRun=true` only: what the request would change. Nothing was done.')
  .meta({ id: 'Preview' })

export const Client = z.strictObject({ ...clientMembers, preview: Preview.optional() }).meta({ id: 'Client' })

export const wholeClient = (description: string, headers: readonly AnswerHeader[]): OperationAnswer => ({
  description,
  schema: Client,
  headers,
  example: exampleClient,
})

const ListedClient = z
  .strictObject({
    id: text,
    name: text.nullable(),
    type: text.nullable(),
    ...fieldMembers(listedFields),
    manuallyCreated: z.boolean(),
    terraform: z.enum(terraformWords).describe('How it stands with Terraform'),
    sync: z.enum(syncWords),
    drifted: z.boolean(),
    observedAt: time,
    updatedAt: time,
  })
  .describe('A client in a list: what tells it from others, and how it stands')
  .meta({ id: 'ListedClient' })

export const ClientPage = z
  .strictObject({ clients: z.array(ListedClient), next: text.nullable().describe('The cursor of the next page') })
  .meta({ id: 'ClientPage' })
