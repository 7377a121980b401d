import { Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Schemas } from '../app/schemas.ts'
import { base } from '../app/base.ts'
import { refusedBy } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { Confirm } from '../ui/confirm.tsx'
import { LockFacts } from './lock-facts.tsx'

const words = texts.terraform.lock

/** Takes one lock away, and no other that somebody has got since. It is Terraform's protocol, in no document. */
const unlock = async (tenantId: string, name: string, lockId: string): Promise<void> => {
  const path = `v1/tenants/${encodeURIComponent(tenantId)}/terraform/states/${encodeURIComponent(name)}`
  const response = await fetch(`${base}api/${path}?${new URLSearchParams({ ID: lockId }).toString()}`, {
    method: 'UNLOCK',
  })
  if (!response.ok) throw refusedBy(response, await response.json().catch(() => null))
}

/** Asks before a lock is taken away from whoever holds it. */
export const UnlockDialog = ({
  tenantId,
  name,
  lock,
  close,
}: {
  readonly tenantId: string
  readonly name: string
  readonly lock: Schemas['StateLock']
  readonly close: () => void
}) => {
  const queries = useQueryClient()
  const taking = useMutation({
    mutationFn: () => unlock(tenantId, name, lock.id),
    onSuccess: async () => {
      close()
      await queries.invalidateQueries({ queryKey: ['tenant', tenantId] })
    },
  })
  return (
    <Confirm
      title={words.takeTitle(name)}
      name={name}
      label={words.take}
      doing={taking}
      confirm={() => taking.mutate()}
      close={close}
    >
      <LockFacts lock={lock} />
      <Text size="sm">{words.takeText}</Text>
    </Confirm>
  )
}
