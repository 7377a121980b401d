import { Button, Group, NativeSelect, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { texts } from '../texts/texts.ts'
import { isoOf, localOf } from '../ui/local-time.ts'
import type { AuditFilter } from './filter.ts'

const words = texts.audit.filters

/** Milliseconds without a key until what was typed is asked for. */
const quiet = 400

type Set = (name: keyof AuditFilter, value: string) => void

/** What of the audit is shown. */
export const FilterForm = ({
  filter,
  set,
  clear,
}: {
  readonly filter: AuditFilter
  readonly set: Set
  readonly clear: () => void
}) => (
  <Group align="flex-end" gap="sm" component="search">
    <Typed name="actor" label={words.actor} hint={words.actorHint} value={filter.actor ?? ''} set={set} />
    <NativeSelect
      label={words.action}
      value={filter.action ?? ''}
      data={[{ value: '', label: words.anyAction }, ...options(texts.audit.actions)]}
      onChange={({ currentTarget }) => set('action', currentTarget.value)}
    />
    <NativeSelect
      label={words.outcome}
      value={filter.outcome ?? ''}
      data={[{ value: '', label: words.anyOutcome }, ...options(texts.audit.outcomes)]}
      onChange={({ currentTarget }) => set('outcome', currentTarget.value)}
    />
    <Typed name="target" label={words.target} hint={words.targetHint} value={filter.target ?? ''} set={set} />
    <Moment name="since" label={words.since} value={filter.since} set={set} />
    <Moment name="until" label={words.until} value={filter.until} set={set} />
    {Object.keys(filter).length === 0 ? null : (
      <Button variant="default" onClick={clear}>
        {words.clear}
      </Button>
    )}
  </Group>
)

const options = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([value, label]) => ({ value, label }))

const Typed = ({
  name,
  label,
  hint,
  value,
  set,
}: {
  readonly name: 'actor' | 'target'
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly set: Set
}) => {
  const [typed, setTyped] = useState<string | null>(null)
  useEffect(() => {
    if (typed === null) return undefined
    const timer = setTimeout(() => {
      set(name, typed)
      setTyped(null)
    }, quiet)
    return () => clearTimeout(timer)
  }, [name, set, typed])
  return (
    <TextInput
      type="search"
      label={label}
      placeholder={hint}
      value={typed ?? value}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  )
}

const Moment = ({
  name,
  label,
  value,
  set,
}: {
  readonly name: 'since' | 'until'
  readonly label: string
  readonly value: string | undefined
  readonly set: Set
}) => (
  <TextInput
    type="datetime-local"
    label={label}
    value={localOf(value)}
    onChange={({ currentTarget }) => set(name, isoOf(currentTarget.value))}
  />
)
