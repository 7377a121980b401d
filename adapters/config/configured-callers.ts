import type { Grant } from '../../domain/access/grants.ts'
import { registeredKinds } from '../../domain/access/registered.ts'
import type { RegisteredKind } from '../../domain/access/registered.ts'
import type { CallerStore } from '../postgres/callers.ts'
import type { Configuration } from './configuration.ts'

/** An application or a service account of the configuration, without its secret. */
export interface ConfiguredCaller {
  readonly name: string
  readonly grant: Grant
}

export type ConfiguredCallers = Readonly<Record<RegisteredKind, readonly ConfiguredCaller[]>>

/** The callers of the configuration, in the form of those of the database. */
export const configuredCallers = ({
  applicationTokens,
  serviceAccounts,
}: Pick<Configuration, 'applicationTokens' | 'serviceAccounts'>): ConfiguredCallers => ({
  application: applicationTokens.tokens.map(({ name, tenants, permissions, products, terraformStates }) => ({
    name,
    grant: { tenants, permissions, roles: [], products, terraformStates },
  })),
  account: serviceAccounts.map(({ name, tenants, permissions, roles, products, terraformStates }) => ({
    name,
    grant: { tenants, permissions, roles, products, terraformStates },
  })),
})

/** Callers of the database whose names the configuration has too; they are not let in. */
export const shadowedBy = async (configured: ConfiguredCallers, callers: CallerStore) => {
  const found = await Promise.all(
    registeredKinds.map(async (kind) => {
      const names = configured[kind].map(({ name }) => name)
      const entries = names.length === 0 ? [] : await callers[kind].list()
      return entries.flatMap(({ entry: { name, revokedAt } }) =>
        revokedAt === null && names.includes(name) ? [{ kind, name }] : [],
      )
    }),
  )
  return found.flat()
}
