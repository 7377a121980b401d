import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { Button, Group, Stack, TextInput } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import { Dialog } from './dialog.tsx'
import { ProblemNotice } from './problem-notice.tsx'

/** What is done once it is confirmed: a mutation of TanStack Query, as far as it matters here. */
export interface Doing {
  readonly isPending: boolean
  readonly error: unknown
}

/**
 * Asks before something is done that cannot be undone by a click.
 *
 * @param name what is to be typed to confirm; absent where a click is enough
 */
export const Confirm = ({
  title,
  children,
  name,
  label,
  color = 'red',
  doing,
  confirm,
  close,
}: {
  readonly title: string
  readonly children: ReactNode
  readonly name?: string
  readonly label: string
  readonly color?: 'red' | 'blue'
  readonly doing: Doing
  readonly confirm: () => void
  readonly close: () => void
}) => {
  const [typed, setTyped] = useState('')
  const isReady = name === undefined || typed === name
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) confirm()
  }
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {children}
          {name === undefined ? null : (
            <TextInput
              label={texts.common.confirm.type(name)}
              value={typed}
              onChange={({ currentTarget }) => setTyped(currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          {doing.error === null ? null : <ProblemNotice error={doing.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {texts.common.cancel}
            </Button>
            <Button type="submit" color={color} disabled={!isReady} loading={doing.isPending}>
              {label}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
