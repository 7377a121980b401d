import { Alert, Button, Code, Stack, Text } from '@mantine/core'
import { Refused } from '../app/problem.ts'
import { signIn } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'

/** What went wrong, what Nexus says about it, and the id by which an operator finds it. */
export const ProblemNotice = ({ error, again }: { readonly error: unknown; readonly again?: () => void }) => {
  const { failed } = texts.common
  const refused = error instanceof Refused ? error : null
  return (
    <Alert color="red" title={refused?.body?.title ?? failed.title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{refused === null ? failed.unreachable : refused.message}</Text>
        {refused?.body?.errors?.map(({ pointer, detail }) => (
          <Text size="sm" key={`${pointer} ${detail}`}>
            {pointer === undefined ? null : <Code>{pointer}</Code>} {detail}
          </Text>
        ))}
        {(refused?.requestId ?? null) === null ? null : (
          <Text size="xs" c="dimmed">
            {failed.request} <Code>{refused?.requestId}</Code>
          </Text>
        )}
        {refused?.code === 'sign-in-needed' ? (
          <Button size="xs" variant="default" onClick={() => signIn(true)}>
            {failed.signInAgain}
          </Button>
        ) : null}
        {again === undefined ? null : (
          <Button size="xs" variant="default" onClick={again}>
            {failed.again}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}
