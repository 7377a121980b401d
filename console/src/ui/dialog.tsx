import type { ReactNode } from 'react'
import { Modal, Stack } from '@mantine/core'
import { texts } from '../texts/texts.ts'

/** A question or a form above the page. It closes by Escape, by its button, and by a click beside it. */
export const Dialog = ({
  title,
  close,
  size = 'lg',
  children,
}: {
  readonly title: string
  readonly close: () => void
  readonly size?: 'md' | 'lg' | 'xl'
  readonly children: ReactNode
}) => (
  <Modal
    opened
    onClose={close}
    title={<bdi className="foreign">{title}</bdi>}
    size={size}
    closeButtonProps={{ 'aria-label': texts.common.close }}
  >
    <Stack gap="md">{children}</Stack>
  </Modal>
)
