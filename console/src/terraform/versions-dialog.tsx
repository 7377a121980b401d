import { Badge, Button, Group, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../app/api.ts'
import type { Schemas } from '../app/schemas.ts'
import { answered } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { bytesText } from '../ui/bytes.ts'
import { Confirm } from '../ui/confirm.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Reading } from '../ui/reading.tsx'
import { When } from '../ui/when.tsx'

const words = texts.terraform.versions

type Version = Schemas['StateVersionList']['versions'][number]

interface Of {
  readonly tenantId: string
  readonly name: string
}

/** The versions of a state, newest first; an old one can be made current again. */
export const VersionsDialog = ({ tenantId, name, close }: Of & { readonly close: () => void }) => {
  const [restored, setRestored] = useState<number | null>(null)
  const versions = useQuery({
    queryKey: ['tenant', tenantId, 'lists', 'states', name, 'versions'],
    queryFn: async () =>
      answered(
        await api.GET('/v1/tenants/{tenantId}/terraform/states/{state}/versions', {
          params: { path: { tenantId, state: name } },
        }),
      ),
  })
  if (restored !== null)
    return <RestoreQuestion tenantId={tenantId} name={name} version={restored} close={() => setRestored(null)} />
  return (
    <Dialog title={words.title(name)} close={close} size="xl">
      <Reading of={versions} />
      {versions.data?.versions.length === 0 ? <Text>{words.none}</Text> : null}
      {versions.data === undefined ? null : (
        <DataTable caption={words.title(name)} columns={words.columns}>
          {versions.data.versions.map((version) => (
            <VersionRow key={version.version} version={version} restore={() => setRestored(version.version)} />
          ))}
        </DataTable>
      )}
    </Dialog>
  )
}

const VersionRow = ({ version, restore }: { readonly version: Version; readonly restore: () => void }) => (
  <Table.Tr>
    <Table.Th scope="row">
      <Group gap="xs" wrap="nowrap">
        {version.version}
        {version.current ? (
          <Badge variant="light" className="word">
            {words.current}
          </Badge>
        ) : null}
      </Group>
      {version.restoredFrom === null ? null : (
        <Text size="xs" c="dimmed">
          {words.restoredFrom(version.restoredFrom)}
        </Text>
      )}
    </Table.Th>
    <Table.Td>{version.serial}</Table.Td>
    <Table.Td>
      <When at={version.writtenAt} />
    </Table.Td>
    <Table.Td>
      <Foreign text={version.writtenBy.id} />
    </Table.Td>
    <Table.Td>{version.terraformVersion}</Table.Td>
    <Table.Td>{bytesText(version.bytes)}</Table.Td>
    <Table.Td>
      {version.current ? null : (
        <Button size="compact-sm" variant="default" aria-label={words.restoreLabel(version.version)} onClick={restore}>
          {words.restore}
        </Button>
      )}
    </Table.Td>
  </Table.Tr>
)

const RestoreQuestion = ({
  tenantId,
  name,
  version,
  close,
}: Of & { readonly version: number; readonly close: () => void }) => {
  const queries = useQueryClient()
  const restoring = useMutation({
    mutationFn: async () =>
      answered(
        await api.POST('/v1/tenants/{tenantId}/terraform/states/{state}/restore', {
          params: { path: { tenantId, state: name } },
          body: { version },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['tenant', tenantId] })
      close()
    },
  })
  return (
    <Confirm
      title={words.restoreTitle(name, version)}
      name={name}
      label={words.restore}
      doing={restoring}
      confirm={() => restoring.mutate()}
      close={close}
    >
      <Text size="sm">{words.restoreText}</Text>
    </Confirm>
  )
}
