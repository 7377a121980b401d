import { useId } from 'react'
import type { Dispatch } from 'react'
import { Badge, Button, Textarea, TextInput } from '@mantine/core'
import { texts } from '../../texts/texts.ts'
import { Difference } from '../../ui/difference/difference.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import type { Beside } from '../beside.ts'
import { isList, linesOf } from '../fields.ts'
import type { FieldPath, Value } from '../fields.ts'
import type { Step } from './draft.ts'
import type { FieldRemarks } from './issues.ts'
import { ListField } from './list-field.tsx'
import { RemarkList } from './remarks.tsx'

const { editor: words, beside: besideWords } = texts.client

export interface FieldState {
  readonly path: FieldPath
  /** As it stands in the input. */
  readonly value: Value
  readonly isChanged: boolean
  readonly remarks: FieldRemarks | undefined
  readonly beside: Beside | undefined
  readonly mayWrite: boolean
}

const nothingSaid: FieldRemarks = { whole: [], lines: new Map() }

/** One field: what it is for, an editor that fits, what is said of it, and what Auth0 has where that is another value. */
export const Field = ({ field, dispatch }: { readonly field: FieldState; readonly dispatch: Dispatch<Step> }) => {
  const { path, value, isChanged, beside, mayWrite } = field
  const { [path]: label } = texts.fields
  const { [path]: help } = texts.help.fields
  const { whole, lines } = field.remarks ?? nothingSaid
  const id = useId()
  const change = (next: Value): void => dispatch({ kind: 'typed', field: path, value: next })
  const text = {
    'aria-label': label,
    'aria-describedby': `${id}-help ${id}-said`,
    error: whole.some(({ kind }) => kind === 'refusal'),
    value: typeof value === 'string' ? value : '',
    autoComplete: 'off',
    spellCheck: false,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => change(currentTarget.value),
  }
  return (
    <fieldset className={isList(path) ? 'field wide' : 'field'} aria-describedby={`${id}-help`}>
      <legend className="unseen">{label}</legend>
      <div className="field-head">
        <strong aria-hidden>{label}</strong>
        {isChanged ? (
          <>
            <Badge variant="light" color="violet" tt="none">
              {words.changed}
            </Badge>
            <Button
              size="compact-xs"
              variant="subtle"
              aria-label={words.resetOf(label)}
              onClick={() => dispatch({ kind: 'reset', field: path })}
            >
              {words.reset}
            </Button>
          </>
        ) : null}
      </div>
      <p className="field-help" id={`${id}-help`}>
        {help}
      </p>
      {!mayWrite ? (
        <Shown value={value} />
      ) : isList(path) ? (
        <ListField
          name={path}
          label={label}
          lines={typeof value === 'string' ? [value] : (value ?? [])}
          remarks={lines}
          onChange={change}
        />
      ) : path === 'mobile.android.keystore_hash' ? (
        <Textarea autosize minRows={1} {...text} />
      ) : (
        <TextInput {...text} />
      )}
      <RemarkList id={`${id}-said`} remarks={whole} />
      {beside === undefined ? null : (
        <div className="beside">
          {besideWords[beside.why]}
          {linesOf(beside.observed).length === 0 ? ` ${besideWords.nothing}` : null}
          <Difference before={linesOf(beside.wanted)} after={linesOf(beside.observed)} />
        </div>
      )}
    </fieldset>
  )
}

/** A value for somebody who may not change it. */
const Shown = ({ value }: { readonly value: Value }) => {
  const lines = linesOf(value)
  if (lines.length === 0) return <span>{words.none}</span>
  return (
    <ol className="shown-lines">
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines may be the same, and have no state
        <li key={index}>
          <Foreign text={line} />
        </li>
      ))}
    </ol>
  )
}
