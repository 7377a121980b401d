import { Button, Group, TextInput } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import { AddressChoice } from '../ui/address/address-choice.tsx'
import { AddressInput } from '../ui/address/address-input.tsx'
import { usePart } from '../ui/address/use-part.ts'
import { isoOf, localOf } from '../ui/local-time.ts'
import { optionsOf } from '../ui/options.ts'
import type { AuditFilter } from './filter.ts'

const words = texts.audit.filters

/** What of the audit is shown: the filters of the address, by their names in the API. */
export const FilterForm = ({ filter, clear }: { readonly filter: AuditFilter; readonly clear: () => void }) => (
  <Group align="flex-end" gap="sm" component="search">
    <AddressInput name="actor" type="search" label={words.actor} hint={words.actorHint} />
    <AddressChoice
      name="action"
      label={words.action}
      data={[{ value: '', label: words.anyAction }, ...optionsOf(texts.audit.actions)]}
    />
    <AddressChoice
      name="outcome"
      label={words.outcome}
      data={[{ value: '', label: words.anyOutcome }, ...optionsOf(texts.audit.outcomes)]}
    />
    <AddressInput name="target" type="search" label={words.target} hint={words.targetHint} />
    <Moment name="since" label={words.since} value={filter.since} />
    <Moment name="until" label={words.until} value={filter.until} />
    {Object.keys(filter).length === 0 ? null : (
      <Button variant="default" onClick={clear}>
        {words.clear}
      </Button>
    )}
  </Group>
)

const Moment = ({
  name,
  label,
  value,
}: {
  readonly name: 'since' | 'until'
  readonly label: string
  readonly value: string | undefined
}) => {
  const [, set] = usePart(name)
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={localOf(value)}
      onChange={({ currentTarget }) => set(isoOf(currentTarget.value))}
    />
  )
}
