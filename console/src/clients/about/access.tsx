import { Alert, Stack, Text, Title } from '@mantine/core'
import { Rules, Verdict, verbs } from '../../access/right.tsx'
import { texts } from '../../texts/texts.ts'
import { Reading } from '../../ui/reading.tsx'
import { Told } from '../../ui/when.tsx'
import { useAccess } from '../client-data.ts'
import type { ClientKey } from '../client-data.ts'

const { access: words } = texts.details

/** What the reader may do with the client, and why, rule by rule. */
export const Access = ({ path }: { readonly path: ClientKey }) => {
  const access = useAccess(path)
  if (access.data === undefined) return <Reading of={access} />
  const [reader] = access.data.access
  return (
    <Stack gap="lg">
      <Title order={2} size="h3">
        {words.title}
      </Title>
      {reader?.keptOut ? (
        <Alert color="orange" role="presentation">
          <Text size="sm">
            {words.keptOut} <Told text={reader.keptOut} />
          </Text>
        </Alert>
      ) : null}
      {verbs.map((verb) => {
        const right = reader?.[verb]
        return right ? (
          <Stack key={verb} gap="xs" component="section" aria-label={words[verb]}>
            <Title order={3} size="h4">
              {words[verb]}
            </Title>
            <Verdict verb={verb} right={right} />
            <Rules verb={verb} right={right} />
          </Stack>
        ) : null
      })}
    </Stack>
  )
}
