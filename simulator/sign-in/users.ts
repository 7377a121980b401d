import { z } from 'zod'

const names = z.array(z.string().min(1)).default([])

/** A person who can sign in at the tenant, and what their tokens say of them. */
const userSchema = z.strictObject({
  sub: z.string().min(1),
  name: z.string().min(1),
  /** For the page on which one picks a user: what they may do, in a sentence. */
  about: z.string().optional(),
  email: z.string().optional(),
  picture: z.string().optional(),
  permissions: names,
  roles: names,
  products: names,
})

export type User = z.output<typeof userSchema>

/** A user as options and seeds give it. Lists may be left out. */
export type GivenUser = z.input<typeof userSchema>

export const usersSchema = z
  .array(userSchema)
  .refine((users) => new Set(users.map(({ sub }) => sub)).size === users.length, 'Two users have the same sub.')
