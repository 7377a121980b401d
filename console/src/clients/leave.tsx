import { useEffect } from 'react'
import { Button, Group, Text } from '@mantine/core'
import { useBlocker } from 'react-router'
import { comesBack } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { Dialog } from '../ui/dialog.tsx'

const { leave: words } = texts.client

/**
 * Asks before unsaved edits are left, by a link or by closing the page.
 *
 * @param root below it nothing is lost
 * @param forget lets go of what the tab keeps of them
 */
export const Leave = ({
  isDirty,
  root,
  forget,
}: {
  readonly isDirty: boolean
  readonly root: string
  readonly forget: () => void
}) => {
  const blocker = useBlocker(
    ({ nextLocation: { pathname } }) => isDirty && pathname !== root && !pathname.startsWith(`${root}/`),
  )
  useEffect(() => {
    if (!isDirty) return undefined
    const ask = (event: BeforeUnloadEvent): void => {
      if (!comesBack()) event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isDirty])
  if (blocker.state !== 'blocked') return null
  return (
    <Dialog title={words.title} close={blocker.reset}>
      <Text>{words.text}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={blocker.reset}>
          {words.stay}
        </Button>
        <Button
          color="red"
          onClick={() => {
            forget()
            blocker.proceed()
          }}
        >
          {words.leave}
        </Button>
      </Group>
    </Dialog>
  )
}
