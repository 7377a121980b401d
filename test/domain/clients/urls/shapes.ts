import { everyday } from './everyday-shapes.ts'
import { mistaken } from './mistaken-shapes.ts'
import { placeholders } from './placeholder-shapes.ts'
import type { Shape } from './shape.ts'

/** Shapes of URLs as configurations of real applications have them, and what is said of each. */
export const shapes: readonly Shape[] = [...everyday, ...placeholders, ...mistaken]

/** Texts that a reader who looks back, or tries again, needs a square of time for. */
export const costlyTexts = [
  `a://${'x'.repeat(100_000)}/\ny,b://c`,
  `${'a://,'.repeat(50_000)}\n`,
  `${',a'.repeat(50_000)}://`,
  `https://${',a'.repeat(50_000)}`,
  `a${', '.repeat(50_000)}`,
  `,${'a'.repeat(100_000)}`,
  '*'.repeat(100_000),
]
