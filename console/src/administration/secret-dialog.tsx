import { Button, Code, CopyButton, Group, Text } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import { Dialog } from '../ui/dialog.tsx'
import type { Kind } from './entry.ts'
import type { Made } from './registers.ts'

const words = texts.administration

/** A secret, shown once. It is kept nowhere but here, until the dialog closes. */
export const SecretDialog = ({
  kind,
  made: { entry, secret },
  close,
}: {
  readonly kind: Kind
  readonly made: Made
  readonly close: () => void
}) => (
  <Dialog title={words.secret.title(entry.name)} close={close} stays>
    <Text>{words.secret.text}</Text>
    <Text size="sm" fw={600}>
      {words.kinds[kind].secret}
    </Text>
    <Code block className="foreign">
      {secret}
    </Code>
    <Group justify="flex-end">
      <CopyButton value={secret}>
        {({ copied, copy }) => (
          <Button onClick={copy} data-autofocus>
            <span aria-live="polite">{copied ? texts.common.copied : texts.common.copy}</span>
          </Button>
        )}
      </CopyButton>
      <Button variant="default" onClick={close}>
        {words.secret.done}
      </Button>
    </Group>
  </Dialog>
)
