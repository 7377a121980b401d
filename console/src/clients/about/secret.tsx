import { useEffect } from 'react'
import { Button, Code, Group, Stack, Text, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api } from '../../app/api.ts'
import { answered, Refused } from '../../app/problem.ts'
import { signIn } from '../../app/session.tsx'
import { texts } from '../../texts/texts.ts'
import { Copy } from '../../ui/copied.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import type { ClientKey } from '../client-data.ts'

const { secret: words } = texts.details

/** How long it stands on the page, in milliseconds. */
const shownMs = 60_000

/** The client's secret, when somebody asks for it: kept nowhere, and gone from the page after a minute. */
export const Secret = ({ path }: { readonly path: ClientKey }) => {
  const reading = useMutation({
    mutationFn: async () => {
      const answer = await api.GET('/v1/tenants/{tenantId}/clients/{clientId}', {
        params: { path: { ...path }, query: { include: 'secret' } },
        cache: 'no-store',
      })
      return answered(answer).secret ?? null
    },
    gcTime: 0,
  })
  const { data: secret, error, isSuccess, reset } = reading
  useEffect(() => {
    if (!isSuccess) return undefined
    const hide = setTimeout(reset, shownMs)
    return () => clearTimeout(hide)
  }, [isSuccess, reset])
  return (
    <section aria-labelledby="secret">
      <Title order={2} size="h3" mb="sm" id="secret">
        {words.title}
      </Title>
      <Stack gap="xs" align="flex-start" aria-live="polite">
        <Text size="sm">{words.text}</Text>
        {typeof secret === 'string' ? (
          <Group gap="xs">
            <Code className="foreign">
              <Foreign text={secret} />
            </Code>
            <Copy text={secret} what={words.title} />
          </Group>
        ) : null}
        {secret === null ? <Text>{words.none}</Text> : null}
        {error instanceof Refused && error.code === 'sign-in-needed' ? (
          <>
            <Text>{words.again}</Text>
            <Button onClick={() => signIn(true)}>{texts.common.signIn}</Button>
          </>
        ) : error === null ? null : (
          <ProblemNotice error={error} />
        )}
        <Button variant="default" loading={reading.isPending} onClick={isSuccess ? reset : () => reading.mutate()}>
          {isSuccess ? words.hide : words.show}
        </Button>
      </Stack>
    </section>
  )
}
