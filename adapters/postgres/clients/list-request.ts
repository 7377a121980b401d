import type { SyncWord, TerraformWord } from '../../../domain/clients/listing.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'

/** What a list is asked for. Every filter that is there must hold. */
export interface ListFilters {
  readonly owner?: string | undefined
  readonly product?: string | undefined
  readonly manuallyCreated?: boolean | undefined
  readonly terraform?: TerraformWord | undefined
  readonly sync?: SyncWord | undefined
  readonly drifted?: boolean | undefined
  /** Looked for in name, id, product and application, in any case; every character means itself. */
  readonly text?: string | undefined
}

export const sortFields = ['name', 'id', 'product', 'updated'] as const

export interface ListOrder {
  readonly by: (typeof sortFields)[number]
  readonly descending: boolean
}

/** The last row of a page: where in the order it stands. Milliseconds for `updated`, a text for everything else. */
export interface Position {
  readonly key: string | number
  readonly id: string
}

export interface ClientListRequest {
  readonly tenantId: string
  readonly keys: MetadataKeys
  /** A client that is in no list: Nexus' own credential. */
  readonly except: string
  /** What the caller can show (`claimsOf`): clients that let none of it in, as confirmed and as desired, do not exist. */
  readonly claims: readonly string[] | 'all'
  readonly filters: ListFilters
  readonly order: ListOrder
  readonly after: Position | null
  readonly limit: number
}
