import type { ReactNode } from 'react'
import { Group, Modal, Stack } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import { useReturn } from './use-return.ts'

/** A question or a form above the page. It closes by Escape, by its button, and by a click beside it. */
export const Dialog = ({
  title,
  close,
  size = 'lg',
  stays = false,
  children,
}: {
  readonly title: string
  readonly close: () => void
  readonly size?: 'md' | 'lg' | 'xl'
  /** Whether a click beside it leaves it open: what it shows is shown once. */
  readonly stays?: boolean
  readonly children: ReactNode
}) => {
  const dialog = useReturn()
  return (
    <Modal.Root opened onClose={close} size={size} closeOnClickOutside={!stays}>
      <Modal.Overlay />
      <Modal.Content ref={dialog}>
        <Modal.Body pt="md">
          <Stack gap="md">
            {/* Mantine's own header would be a second banner of the page. */}
            <Group justify="space-between" align="flex-start" wrap="nowrap">
              <Modal.Title fz="h4" fw={600}>
                <bdi className="foreign">{title}</bdi>
              </Modal.Title>
              <Modal.CloseButton aria-label={texts.common.close} />
            </Group>
            {children}
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
