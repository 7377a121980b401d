import { Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { texts } from '../texts/texts.ts'
import { tenantQuery } from '../tenants/tenant-query.ts'
import { When } from '../ui/when.tsx'

const words = texts.drift.none

/** That nothing has drifted, and how fresh that is. */
export const NoDrift = ({ tenantId }: { readonly tenantId: string }) => {
  const tenant = useQuery(tenantQuery(tenantId))
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        {words.title}
      </Title>
      <Text>{words.text}</Text>
      {tenant.data === undefined ? null : (
        <Text size="sm" c="dimmed">
          {words.scanned}: <When at={tenant.data.scan.lastCompleteAt} />
        </Text>
      )}
    </Stack>
  )
}
