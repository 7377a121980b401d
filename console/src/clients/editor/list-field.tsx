import { useCallback, useLayoutEffect, useMemo, useRef } from 'react'
import { Button } from '@mantine/core'
import { texts } from '../../texts/texts.ts'
import type { Remark } from './issues.ts'
import { Line } from './line.tsx'
import type { LineEdits } from './line.tsx'
import { pastedLines, withMove, withPaste } from './lines.ts'

const { editor: words } = texts.client
const noRemarks: readonly Remark[] = []

/** A list by line: the lines as they stand in the inputs, also those without anything yet. */
export const ListField = ({
  name,
  label,
  lines,
  remarks,
  onChange,
}: {
  readonly name: string
  readonly label: string
  readonly lines: readonly string[]
  readonly remarks: ReadonlyMap<number, readonly Remark[]>
  readonly onChange: (lines: readonly string[]) => void
}) => {
  const root = useRef<HTMLOListElement>(null)
  const wanted = useRef<number | null>(null)
  const focusOn = useCallback((at: number): void => {
    root.current?.querySelector<HTMLElement>(`[data-line="${at}"]`)?.focus()
  }, [])
  // Edits are told to memoised lines once, and look at the newest lines when they are made.
  const now = useRef({ lines, onChange })
  useLayoutEffect(() => {
    now.current = { lines, onChange }
    if (wanted.current === null) return
    focusOn(wanted.current)
    wanted.current = null
  })
  const change = useCallback((next: readonly string[], focus: number | null): void => {
    wanted.current = focus
    now.current.onChange(next)
  }, [])
  const edits = useMemo((): LineEdits => {
    const current = () => now.current.lines
    return {
      type: (at, text) => change(current().with(at, text), null),
      addAfter: (at) => change(current().toSpliced(at + 1, 0, ''), at + 1),
      remove: (at) => change(current().toSpliced(at, 1), Math.max(0, at - 1)),
      move: (from, to) => change(withMove(current(), from, to), to),
      focus: focusOn,
      paste: (at, text) => {
        const pasted = pastedLines(text)
        if (pasted.length < 2) return false
        const after = withPaste(current(), at, pasted)
        change(after.lines, after.last)
        return true
      },
    }
  }, [change, focusOn])
  return (
    <>
      <ol className="lines" ref={root}>
        {lines.map((text, at) => (
          <Line
            // oxlint-disable-next-line react/no-array-index-key -- a line is its place: inputs keep nothing of their own
            key={at}
            list={name}
            label={label}
            at={at}
            text={text}
            isLast={at === lines.length - 1}
            remarks={remarks.get(at) ?? noRemarks}
            edits={edits}
          />
        ))}
      </ol>
      <Button
        variant="default"
        size="compact-sm"
        aria-label={words.addTo(label)}
        onClick={() => change([...lines, ''], lines.length)}
      >
        {words.add}
      </Button>
    </>
  )
}
