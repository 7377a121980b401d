import { texts } from '../../texts/texts.ts'
import type { SideLine } from './side-lines.ts'
import { sidesOf } from './side-lines.ts'
import { Foreign } from '../foreign.tsx'
import './sides.css'

/** What stands in two places, beside each other; below each other where the page is narrow. `Difference` tells a change. */
export const Sides = ({
  left,
  right,
}: {
  readonly left: { readonly title: string; readonly lines: readonly string[] }
  readonly right: { readonly title: string; readonly lines: readonly string[] }
}) => {
  const lines = sidesOf(left.lines, right.lines)
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
            <Foreign text={text} />
            {differs ? <span className="unseen"> ({texts.sides.onlyHere})</span> : null}
          </li>
        ))}
      </ul>
    )}
  </div>
)
