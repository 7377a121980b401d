import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { Button, NativeSelect, SimpleGrid, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks'
import { useSearchParams } from 'react-router'
import { texts } from '../../texts/texts.ts'
import { filters, longestText, sorts, withPart } from './filters.ts'
import './list.css'

const { filters: words, ...clients } = texts.clients
const debounceMs = 200

/** Sets one part of the address: a list with filters can be sent to somebody else. */
const useAddress = () => {
  const [address, setAddress] = useSearchParams()
  const set = (name: string, value: string): void =>
    setAddress((now) => withPart(now, name, value), { replace: true, preventScrollReset: true })
  return { address, set }
}

/** A text of the address, which follows what is typed when somebody pauses. */
const AddressInput = ({
  name,
  label,
  hint,
  type,
  onKeyDown,
}: {
  readonly name: string
  readonly label: string
  readonly hint?: string | undefined
  readonly type?: 'search'
  readonly onKeyDown?: (event: KeyboardEvent) => void
}) => {
  const { address, set } = useAddress()
  const stands = address.get(name) ?? ''
  const [typed, setTyped] = useState(stands)
  const sent = useRef(stands)
  // The address is changed by links and by going back too.
  useEffect(() => {
    if (stands === sent.current) return
    sent.current = stands
    setTyped(stands)
  }, [stands])
  const send = useDebouncedCallback((value: string) => {
    sent.current = value
    set(name, value)
  }, debounceMs)
  return (
    <TextInput
      type={type ?? 'text'}
      label={label}
      placeholder={hint}
      maxLength={longestText}
      value={typed}
      onKeyDown={onKeyDown}
      onChange={({ currentTarget: { value } }) => {
        setTyped(value)
        send(value)
      }}
    />
  )
}

const Choice = ({
  name,
  label,
  data,
}: {
  readonly name: string
  readonly label: string
  readonly data: readonly { readonly value: string; readonly label: string }[]
}) => {
  const { address, set } = useAddress()
  return (
    <NativeSelect
      label={label}
      data={data}
      value={address.get(name) ?? ''}
      onChange={({ currentTarget }) => set(name, currentTarget.value)}
    />
  )
}

const optionsOf = (choices: Readonly<Record<string, string>>) =>
  Object.entries(choices).map(([value, label]) => ({ value, label }))

const orders = optionsOf(sorts).map(({ value, label }) => ({ value: value === 'name' ? '' : value, label }))

/** Search, filters and order of a list, all of which stand in the address. @param onDown leads into the list */
export const FilterBar = ({ onDown }: { readonly onDown: () => void }) => {
  const [address, setAddress] = useSearchParams()
  const active = filters.filter(({ name }) => address.has(name)).length
  const [opened, { toggle }] = useDisclosure(active > 0)
  return (
    <search>
      <div className="search-bar">
        <AddressInput
          name="text"
          type="search"
          label={clients.search}
          hint={clients.searchHint}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            event.preventDefault()
            onDown()
          }}
        />
        <Choice name="sort" label={words.sort} data={orders} />
        <Button variant="default" onClick={toggle} aria-expanded={opened}>
          {opened ? words.hide : words.show}
          {active === 0 ? '' : ` (${active})`}
        </Button>
      </div>
      {opened ? (
        <SimpleGrid cols={{ base: 2, md: 3, lg: 6 }} mt="sm" spacing="sm">
          {filters.map(({ name, label, choices, hint }) =>
            choices === undefined ? (
              <AddressInput key={name} name={name} label={label} hint={hint} />
            ) : (
              <Choice
                key={name}
                name={name}
                label={label}
                data={[{ value: '', label: words.any }, ...optionsOf(choices)]}
              />
            ),
          )}
        </SimpleGrid>
      ) : null}
      {address.size === 0 ? null : (
        <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => setAddress({}, { replace: true })}>
          {words.clear}
        </Button>
      )}
    </search>
  )
}
