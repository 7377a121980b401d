import { Badge } from '@mantine/core'
import type { Standing, Weight } from './standing.ts'

/** Beside the word, never in its place. */
export const colors = { stops: 'red', look: 'orange', passes: 'blue', well: 'green' } as const satisfies Readonly<
  Record<Weight, string>
>

/** How a tenant stands, in a word. */
export const StateWord = ({ standing: { weight, word } }: { readonly standing: Standing }) => (
  <Badge color={colors[weight]} variant="light" className="word">
    {word}
  </Badge>
)
