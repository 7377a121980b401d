import { texts } from '../../texts/texts.ts'
import { differenceOf } from './lines.ts'
import type { DifferenceLine } from './lines.ts'
import { Foreign } from '../foreign.tsx'
import './difference.css'

const tags = { '-': 'del', '+': 'ins', ' ': 'span' } as const
const { marks } = texts.common

const Line = ({ line: { mark, text } }: { readonly line: DifferenceLine }) => {
  const Tag = tags[mark]
  return (
    <Tag>
      {mark === ' ' ? null : <span className="unseen">{marks[mark]} </span>}
      <span className="mark" aria-hidden>
        {mark}{' '}
      </span>
      <Foreign text={text} />
    </Tag>
  )
}

/** What becomes of some lines: those that go, those that come, and those that stay. */
export const Difference = ({
  before,
  after,
}: {
  readonly before: readonly string[]
  readonly after: readonly string[]
}) => (
  <ul className="difference">
    {differenceOf(before, after).map((line, index) => (
      // oxlint-disable-next-line react/no-array-index-key -- lines may be the same, and have no state
      <li key={index}>
        <Line line={line} />
      </li>
    ))}
  </ul>
)
