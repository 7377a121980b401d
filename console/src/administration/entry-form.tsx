import type { FormEvent } from 'react'
import { Alert, Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { texts } from '../texts/texts.ts'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { changeOf, newOf } from './draft.ts'
import type { Entry, Kind } from './entry.ts'
import { GrantFields } from './grant-fields.tsx'
import { registers } from './registers.ts'
import type { Made } from './registers.ts'
import { useEntryDraft } from './use-entry-draft.ts'

const words = texts.administration

/** Makes an entry, or changes one. @param done with its secret, where there is a new one */
export const EntryForm = ({
  kind,
  entry,
  done,
  close,
}: {
  readonly kind: Kind
  readonly entry?: Entry
  readonly done: (made: Made | null) => void
  readonly close: () => void
}) => {
  const queries = useQueryClient()
  const { before, draft, isRestored, set, forget } = useEntryDraft(kind, entry)
  const change = entry === undefined ? null : changeOf(kind, before, draft)
  const saving = useMutation({
    mutationFn: async (): Promise<Made | null> => {
      if (entry === undefined) return registers[kind].make(newOf(kind, draft))
      await registers[kind].change(entry.name, change ?? {})
      return null
    },
    // A secret is not kept with what was read.
    gcTime: 0,
    onSuccess: async (made) => {
      forget()
      done(made)
      await queries.invalidateQueries({ queryKey: ['administration', kind] })
    },
  })
  const isUnchanged = change !== null && Object.keys(change).length === 0
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isUnchanged) saving.mutate()
  }
  const giveUp = (): void => {
    forget()
    close()
  }
  return (
    <Dialog
      title={entry === undefined ? words.form.makeTitle(words.kinds[kind].one) : words.form.changeTitle(entry.name)}
      close={giveUp}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          {isRestored ? (
            <Alert color="blue" role="note">
              {texts.common.restored}
            </Alert>
          ) : null}
          {entry === undefined ? (
            <TextInput
              required
              data-autofocus
              label={words.form.name}
              description={words.form.nameHint}
              value={draft.name}
              onChange={({ currentTarget }) => set({ name: currentTarget.value })}
              autoComplete="off"
            />
          ) : null}
          <GrantFields kind={kind} draft={draft} set={set} />
          {entry === undefined ? null : (
            <Checkbox
              label={words.form.disabled}
              checked={draft.disabled}
              onChange={({ currentTarget }) => set({ disabled: currentTarget.checked })}
            />
          )}
          {saving.error === null ? null : <ProblemNotice error={saving.error} />}
          <Group justify="flex-end">
            {isUnchanged ? (
              <Text size="sm" c="dimmed">
                {words.form.unchanged}
              </Text>
            ) : null}
            <Button variant="default" onClick={giveUp}>
              {texts.common.cancel}
            </Button>
            <Button type="submit" loading={saving.isPending} disabled={isUnchanged}>
              {entry === undefined ? words.form.make : words.form.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
