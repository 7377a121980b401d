import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { Facts } from '../ui/facts.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { When } from '../ui/when.tsx'

const words = texts.terraform.lock

/** What Terraform calls its operations, in words; another name is shown as it is. */
const operations: Readonly<Record<string, string>> = words.operations

/** Who holds a lock, since when, and for what. */
export const LockFacts = ({ lock }: { readonly lock: Schemas['StateLock'] }) => (
  <Facts
    facts={[
      [words.who, <Foreign key="who" text={lock.who} />],
      [words.by, <Foreign key="by" text={lock.by} />],
      [words.since, <When key="since" at={lock.since} />],
      lock.operation === ''
        ? null
        : [words.operation, <Foreign key="operation" text={operations[lock.operation] ?? lock.operation} />],
      lock.info === '' ? null : [words.info, <Foreign key="info" text={lock.info} />],
    ]}
  />
)
