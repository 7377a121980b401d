import { useState } from 'react'
import type { FormEvent } from 'react'
import { Button, Group, NativeSelect, Stack, Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { entriesQuery } from '../administration/registers.ts'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { Rights } from './rights.tsx'
import { shownIn } from './shown.ts'

const words = texts.access.form

/** What somebody may do of whom claims or a token are pasted. Both stay in this form, and leave with it. */
export const Examine = ({ tenantId, clientId }: { readonly tenantId: string; readonly clientId: string }) => {
  const [text, setText] = useState('')
  const [application, setApplication] = useState('')
  const applications = useQuery(entriesQuery('applications'))
  const shown = shownIn(text)
  const isReady = shown.kind === 'claims' || shown.kind === 'token'
  const asking = useMutation({
    mutationFn: async () => {
      const through = application === '' ? {} : { application }
      const { kind: _kind, ...rest } = shown
      return answered(
        await api.POST('/v1/tenants/{tenantId}/clients/{clientId}/access', {
          params: { path: { tenantId, clientId } },
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- claims or a token, as `kind` says
          body: { ...rest, ...through } as { readonly token: string },
        }),
      )
    },
    gcTime: 0,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) asking.mutate()
  }
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack gap="sm">
        <Textarea
          label={words.shown}
          description={words.hint}
          placeholder={words.example}
          value={text}
          rows={5}
          spellCheck={false}
          error={shown.kind === 'not-an-object' ? words.notAnObject : null}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <NativeSelect
          label={words.application}
          value={application}
          data={[
            { value: '', label: words.anyApplication },
            ...(applications.data ?? []).map(({ name }) => ({ value: name, label: name })),
          ]}
          onChange={({ currentTarget }) => setApplication(currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={asking.isPending} disabled={!isReady}>
            {words.ask}
          </Button>
        </Group>
        {asking.error === null ? null : <ProblemNotice error={asking.error} />}
        <div aria-live="polite">
          {asking.data?.access.map((access) => (
            <Rights key={`${access.kind} ${access.id}`} access={access} />
          ))}
        </div>
      </Stack>
    </form>
  )
}
