import { z } from 'zod'
import { Author, text, texts, time } from '../routing/answers.ts'

/** What is answered about applications and service accounts. */

const secretTimes = z.strictObject({ madeAt: time, lastUsedAt: time.nullable() }).nullable()

const registered = {
  name: text,
  source: z.enum(['database', 'configuration']),
  status: text.describe('`active`, `expired`, `disabled`, `revoked`, or `shadowed` by one of the configuration'),
  tenants: z.union([z.literal('*'), texts]),
  terraformStates: z.union([z.literal('*'), texts]),
  expiresAt: time.nullable(),
  lastUsedAt: time
    .nullable()
    .describe('The last use of any of its secrets, as exact as a minute; null before the first'),
  secret: secretTimes,
  previousSecret: z.strictObject({ validUntil: time, lastUsedAt: time.nullable() }).nullable(),
  createdAt: time.nullable(),
  createdBy: Author.nullable(),
  disabledAt: time.nullable(),
  revokedAt: time.nullable(),
}

export const Application = z
  .strictObject({
    ...registered,
    permissions: texts.nullable().describe('The most that a user may do through it; null for no ceiling'),
    products: texts.nullable().describe("What narrows the user's products; null for nothing"),
    token: text.optional().describe('Shown once, where it was made'),
  })
  .meta({ id: 'Application' })

export const Account = z
  .strictObject({
    ...registered,
    ownerName: text.describe('What it is called on `owners`'),
    permissions: texts,
    roles: texts,
    products: texts,
    password: text.optional().describe('Shown once, where it was made'),
  })
  .meta({ id: 'Account' })

export const ApplicationList = z.strictObject({ applications: z.array(Application) }).meta({ id: 'ApplicationList' })
export const AccountList = z.strictObject({ accounts: z.array(Account) }).meta({ id: 'AccountList' })
