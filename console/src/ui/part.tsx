import type { ReactNode } from 'react'
import { Stack, Title } from '@mantine/core'

/** A part of a page, below its heading. */
export const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <Stack gap="xs">
    <Title order={2} size="h3">
      {title}
    </Title>
    {children}
  </Stack>
)
