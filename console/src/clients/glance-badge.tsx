import { Badge } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import type { Glance } from './glance.ts'

const colors: Readonly<Record<Glance, string>> = {
  synced: 'teal',
  waiting: 'blue',
  drifted: 'orange',
  paused: 'gray',
  stalled: 'red',
}

/** How a client stands: a word, with a colour of its own. */
export const GlanceBadge = ({ glance }: { readonly glance: Glance }) => {
  const { word, text } = texts.clients.glance[glance]
  return (
    <Badge variant="light" color={colors[glance]} tt="none" title={text}>
      {word}
    </Badge>
  )
}
