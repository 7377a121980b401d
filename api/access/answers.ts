import { z } from 'zod'
import { ruleNames } from '../../domain/access/explain.ts'
import { text, texts, time } from '../routing/answers.ts'

/** What is answered about who may do what with a client. */

const AccessRule = z
  .strictObject({
    rule: z.enum(ruleNames).describe('By being an owner, by the product, or by a permission on all clients'),
    holds: z.boolean(),
    needs: texts.describe('Permissions of which one is enough'),
    permission: text.nullable().describe('The one of them that is there; null where none is'),
    matched: z
      .strictObject({
        confirmed: texts.describe('What Auth0 is known to have'),
        desired: texts.describe('With the changes that wait'),
        shown: texts.describe('What Auth0 showed last'),
      })
      .nullable()
      .describe("The caller's user id, roles or products that the client has; null for the rule that needs none"),
    detail: text.describe('A sentence for people: what holds, or what is missing'),
  })
  .meta({ id: 'AccessRule' })

const AccessRight = z
  .strictObject({
    allowed: z.boolean(),
    by: z.enum(ruleNames).nullable().describe('The rule that lets the caller in; null where none does'),
    detail: text.describe('A sentence for people: why it is so'),
    rules: z.array(AccessRule).describe('Each of the three rules'),
  })
  .meta({ id: 'AccessRight' })

const AccessOf = z
  .strictObject({
    kind: z
      .enum(['user', 'service-account', 'application'])
      .describe('Of an application it is the most that a user can do through it'),
    id: text
      .nullable()
      .describe('As it stands on `owners`, or the name of an application; null where it cannot be told'),
    application: text.nullable().describe('The application that a user calls through'),
    keptOut: text
      .nullable()
      .describe('Why the credentials open nothing here now, whatever the rules say; null where nothing is wrong'),
    read: AccessRight.nullable().describe('Null where nobody can be recognised'),
    write: AccessRight.nullable(),
  })
  .meta({ id: 'AccessOf' })

export const ClientAccess = z
  .strictObject({ client: text, observedAt: time.describe('When Auth0 was last read'), access: z.array(AccessOf) })
  .describe('Who may do what with a client, and why')
  .meta({ id: 'ClientAccess' })
