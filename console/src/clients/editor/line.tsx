import { memo, useId, useState } from 'react'
import type { ClipboardEvent, DragEvent, KeyboardEvent } from 'react'
import { ActionIcon, Group, Input } from '@mantine/core'
import { texts } from '../../texts/texts.ts'
import { Icon } from '../../ui/icons.tsx'
import type { Remark } from './issues.ts'
import { RemarkList } from './remarks.tsx'

const { editor: words } = texts.client

/** What can be done with a line of a list. All take the line's place. */
export interface LineEdits {
  readonly type: (at: number, text: string) => void
  readonly paste: (at: number, text: string) => boolean
  readonly addAfter: (at: number) => void
  readonly remove: (at: number) => void
  readonly move: (from: number, to: number) => void
  readonly focus: (at: number) => void
}

/** What the keys do, by name; with Alt they move the line. */
const press = (event: KeyboardEvent<HTMLInputElement>, at: number, edits: LineEdits): void => {
  const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 }
  const step = steps[event.key]
  if (step !== undefined) {
    if (event.altKey) edits.move(at, at + step)
    else edits.focus(at + step)
  } else if (event.key === 'Enter') edits.addAfter(at)
  else if (event.key === 'Backspace' && event.currentTarget.value === '') edits.remove(at)
  else return
  event.preventDefault()
}

/** What is dragged: lines are dropped only within their own list. */
const typeOf = (list: string): string => `application/x-nexus-line-${list.toLowerCase()}`

export const Line = memo(
  ({
    list,
    label,
    at,
    text,
    isLast,
    remarks,
    edits,
  }: {
    readonly list: string
    readonly label: string
    readonly at: number
    readonly text: string
    readonly isLast: boolean
    readonly remarks: readonly Remark[]
    readonly edits: LineEdits
  }) => {
    const id = useId()
    const [isOver, setOver] = useState(false)
    const type = typeOf(list)
    const line = at + 1
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer.types.includes(type)) return
      event.preventDefault()
      setOver(true)
    }
    const drop = (event: DragEvent): void => {
      setOver(false)
      const from = event.dataTransfer.getData(type)
      if (from !== '') edits.move(Number(from), at)
      event.preventDefault()
    }
    return (
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- buttons and keys move a line too
      <li className={isOver ? 'over' : ''} onDragOver={over} onDragLeave={() => setOver(false)} onDrop={drop}>
        <span
          className="line-number"
          title={words.drag}
          aria-hidden
          draggable
          onDragStart={({ dataTransfer }) => dataTransfer.setData(type, String(at))}
        >
          {line}
        </span>
        <Input
          size="sm"
          data-line={at}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          aria-label={words.line(label, line)}
          aria-describedby={id}
          error={remarks.some(({ kind }) => kind === 'refusal')}
          value={text}
          onChange={({ currentTarget }) => edits.type(at, currentTarget.value)}
          onBlur={({ currentTarget: { value } }) => {
            if (value.trim() !== value) edits.type(at, value.trim())
          }}
          onKeyDown={(event) => press(event, at, edits)}
          onPaste={(event: ClipboardEvent) => {
            if (edits.paste(at, event.clipboardData.getData('text'))) event.preventDefault()
          }}
        />
        <Group gap={2} wrap="nowrap">
          <Do name="up" label={words.up(line)} isOff={at === 0} act={() => edits.move(at, at - 1)} />
          <Do name="down" label={words.down(line)} isOff={isLast} act={() => edits.move(at, at + 1)} />
          <Do name="remove" label={words.remove(line)} act={() => edits.remove(at)} />
        </Group>
        <RemarkList id={id} remarks={remarks} />
      </li>
    )
  },
)

const Do = ({
  name,
  label,
  isOff = false,
  act,
}: {
  readonly name: 'up' | 'down' | 'remove'
  readonly label: string
  readonly isOff?: boolean
  readonly act: () => void
}) => (
  <ActionIcon variant="subtle" color="gray" size="md" aria-label={label} title={label} disabled={isOff} onClick={act}>
    <Icon name={name} />
  </ActionIcon>
)
