import { useState } from 'react'
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { useSearchParams } from 'react-router'
import { may } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { AddressChoice } from '../ui/address/address-choice.tsx'
import { AddressInput } from '../ui/address/address-input.tsx'
import { optionsOf } from '../ui/options.ts'
import { DriftCard } from './drift-card.tsx'
import { matching } from './drifted.ts'
import type { Action, DriftedClient } from './drifted.ts'

const words = texts.drift

/** Cards on the page at first, and more at a time. */
const step = 50

/** What somebody wants done with the drift of some clients. */
export interface Asked {
  readonly action: Action
  readonly clients: readonly DriftedClient[]
}

/** The drifted clients that the address asks for, and what can be done with those that are selected. */
export const DriftList = ({
  tenantId,
  clients,
  ask,
}: {
  readonly tenantId: string
  readonly clients: readonly DriftedClient[]
  readonly ask: (asked: Asked) => void
}) => {
  const caller = useCaller()
  const [query] = useSearchParams()
  const filter = { text: query.get('text') ?? '', kind: query.get('kind') ?? '' }
  const found = matching(clients, filter)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [most, setMost] = useState(step)
  const chosen = found.filter(({ id }) => selected.has(id))
  const select = (id: string, isSelected: boolean): void =>
    setSelected((known) => new Set(isSelected ? [...known, id] : [...known].filter((other) => other !== id)))
  return (
    <Stack gap="md">
      <Text>{words.explained}</Text>
      <Group align="flex-end" gap="sm">
        <AddressInput name="text" type="search" label={words.search} hint={words.searchHint} />
        <AddressChoice
          name="kind"
          label={words.kind}
          data={[{ value: '', label: words.anyKind }, ...optionsOf(words.kinds)]}
        />
        {may(caller, 'client.write.all') ? (
          <Checkbox
            mb={8}
            label={words.selectAll}
            checked={chosen.length > 0 && chosen.length === found.length}
            indeterminate={chosen.length > 0 && chosen.length < found.length}
            onChange={({ currentTarget }) =>
              setSelected(new Set(currentTarget.checked ? found.map(({ id }) => id) : []))
            }
          />
        ) : null}
      </Group>
      <Group justify="space-between">
        <Text component="output">
          {chosen.length === 0 ? words.found(found.length) : words.selected(chosen.length)}
        </Text>
        {chosen.length === 0 ? null : (
          <Group gap="xs">
            <Button variant="default" onClick={() => ask({ action: 'accept', clients: chosen })}>
              {words.accept.word}
            </Button>
            <Button onClick={() => ask({ action: 'revert', clients: chosen })}>{words.revert.word}</Button>
          </Group>
        )}
      </Group>
      {found.length === 0 ? <Text>{words.none.noMatchText}</Text> : null}
      {found.slice(0, most).map((client) => (
        <DriftCard
          key={client.id}
          tenantId={tenantId}
          client={client}
          isSelected={selected.has(client.id)}
          select={(isSelected) => select(client.id, isSelected)}
          act={(action) => ask({ action, clients: [client] })}
        />
      ))}
      {found.length > most ? (
        <Button variant="default" onClick={() => setMost(most + step)}>
          {words.more(Math.min(step, found.length - most))}
        </Button>
      ) : null}
    </Stack>
  )
}
