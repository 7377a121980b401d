import { useEffect, useState } from 'react'
import { Button, Code, Group, Stack, Text, Title } from '@mantine/core'
import { api } from '../../app/api.ts'
import { answered, Refused } from '../../app/problem.ts'
import { signIn } from '../../app/session.tsx'
import { texts } from '../../texts/texts.ts'
import { Copy } from '../../ui/copied.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import type { ClientKey } from '../client-data.ts'

const { secret: words } = texts.details
const shownMs = 60_000

/** The client's secret, when somebody asks for it: kept nowhere, and gone from the page after a minute. */
export const Secret = ({ path }: { readonly path: ClientKey }) => {
  const [secret, setSecret] = useState<string | null | undefined>(undefined)
  const [error, setError] = useState<unknown>(null)
  const [isReading, setReading] = useState(false)
  useEffect(() => {
    if (secret === undefined) return undefined
    const hide = setTimeout(() => setSecret(undefined), shownMs)
    return () => clearTimeout(hide)
  }, [secret])
  const read = async (): Promise<void> => {
    setReading(true)
    setError(null)
    try {
      const answer = await api.GET('/v1/tenants/{tenantId}/clients/{clientId}', {
        params: { path: { ...path }, query: { include: 'secret' } },
        cache: 'no-store',
      })
      setSecret(answered(answer).secret)
    } catch (caught) {
      setError(caught)
    }
    setReading(false)
  }
  return (
    <section aria-labelledby="secret">
      <Title order={2} size="h3" mb="sm" id="secret">
        {words.title}
      </Title>
      <Stack gap="xs" align="flex-start" aria-live="polite">
        <Text size="sm">{words.text}</Text>
        {typeof secret === 'string' ? (
          <Group gap="xs">
            <Code className="body-sent">
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
        <Button
          variant="default"
          loading={isReading}
          onClick={() => (secret === undefined ? void read() : setSecret(undefined))}
        >
          {secret === undefined ? words.show : words.hide}
        </Button>
      </Stack>
    </section>
  )
}
