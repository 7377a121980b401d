import { VisuallyHidden } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import type { SideLine } from './side-lines.ts'
import { sidesOf } from './side-lines.ts'
import type { Value } from '../clients/fields.ts'
import './sides.css'

/** Two values of a field beside each other, below each other where the page is narrow. */
export const Sides = ({
  left,
  right,
}: {
  readonly left: { readonly title: string; readonly value: Value }
  readonly right: { readonly title: string; readonly value: Value }
}) => {
  const lines = sidesOf(left.value, right.value)
  return (
    <div className="sides">
      <Side title={left.title} lines={lines.left} mark="−" />
      <Side title={right.title} lines={lines.right} mark="+" />
    </div>
  )
}

const Side = ({
  title,
  lines,
  mark,
}: {
  readonly title: string
  readonly lines: readonly SideLine[]
  readonly mark: string
}) => (
  <div className="side">
    <p className="side-title">{title}</p>
    {lines.length === 0 ? (
      <p className="side-nothing">{texts.sides.nothing}</p>
    ) : (
      <ul>
        {lines.map(({ text, differs }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a line may stand there twice
          <li key={index} data-differs={differs || undefined}>
            <span aria-hidden="true">{differs ? mark : ' '}</span>
            <bdi className="foreign">{text}</bdi>
            {differs ? <VisuallyHidden> ({texts.sides.onlyHere})</VisuallyHidden> : null}
          </li>
        ))}
      </ul>
    )}
  </div>
)
