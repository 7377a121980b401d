import { Alert, Stack, Text } from '@mantine/core'
import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { Told, When } from '../ui/when.tsx'
import { standingsOf } from './standing.ts'
import { colors } from './state-word.tsx'

/** Everything that is to be known of how a tenant stands, the heaviest first. */
export const StandingNotices = ({ tenant }: { readonly tenant: Schemas['Tenant'] }) => (
  <Stack gap="xs" component="output">
    {standingsOf(tenant).map(({ weight, word, sentence, reason, since }) => (
      <Alert key={word} color={colors[weight]} title={word} role="presentation">
        <Text size="sm">{sentence}</Text>
        {reason === null ? null : (
          <Text size="sm">
            <Told text={reason} />
          </Text>
        )}
        {since === null ? null : (
          <Text size="sm">
            {texts.tenants.since}: <When at={since} />
          </Text>
        )}
      </Alert>
    ))}
  </Stack>
)
