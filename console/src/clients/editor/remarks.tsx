import { texts } from '../../texts/texts.ts'
import { Foreign } from '../../ui/foreign.tsx'
import type { Remark } from './issues.ts'

const { editor } = texts.client

/** What is said of a field or a line, as it is typed. */
export const RemarkList = ({ id, remarks }: { readonly id: string; readonly remarks: readonly Remark[] }) => (
  <span id={id} aria-live="polite" className="remarks">
    {remarks.map(({ kind, detail }) => (
      <span key={`${kind} ${detail}`} className={kind}>
        <strong>{editor[kind]}</strong> <Foreign text={detail} />
      </span>
    ))}
  </span>
)
