import { Button, CopyButton } from '@mantine/core'
import { texts } from '../texts/texts.ts'

/** Copies a text. @param what it is called, for those who hear the page */
export const Copy = ({ text, what }: { readonly text: string; readonly what: string }) => (
  <CopyButton value={text}>
    {({ copied, copy }) => (
      <Button size="compact-xs" variant="default" onClick={copy} aria-label={`${texts.common.copy}: ${what}`}>
        <span aria-live="polite">{copied ? texts.common.copied : texts.common.copy}</span>
      </Button>
    )}
  </CopyButton>
)
