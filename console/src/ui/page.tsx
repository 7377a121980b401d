import type { ReactNode } from 'react'
import { Group, Stack, Title } from '@mantine/core'
import { texts } from '../texts/texts.ts'

/** Characters beyond which a title is written small: a tenant's name may be long. */
const longTitle = 60

/** A page: its title, also for the browser's tab, and what can be done with all of it. */
export const Page = ({
  title,
  actions,
  children,
}: {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}) => (
  <Stack gap="lg">
    <title>{`${title} · ${texts.common.product}`}</title>
    <Group justify="space-between" align="center" gap="sm">
      <Title order={1} size={title.length > longTitle ? 'h4' : 'h1'} className="foreign">
        <bdi>{title}</bdi>
      </Title>
      {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
    </Group>
    {children}
  </Stack>
)
