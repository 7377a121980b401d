import { Button, SimpleGrid } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useSearchParams } from 'react-router'
import { texts } from '../../texts/texts.ts'
import { AddressChoice } from '../../ui/address/address-choice.tsx'
import { AddressInput } from '../../ui/address/address-input.tsx'
import { cleared } from '../../ui/address/cleared.ts'
import { optionsOf } from '../../ui/options.ts'
import { filters, longestText, sorts } from './filters.ts'
import './list.css'

const { filters: words, ...clients } = texts.clients

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
          maxLength={longestText}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            event.preventDefault()
            onDown()
          }}
        />
        <AddressChoice name="sort" label={words.sort} data={orders} />
        <Button variant="default" onClick={toggle} aria-expanded={opened}>
          {opened ? words.hide : words.show}
          {active === 0 ? '' : ` (${active})`}
        </Button>
      </div>
      {opened ? (
        <SimpleGrid cols={{ base: 2, md: 3, lg: 6 }} mt="sm" spacing="sm">
          {filters.map(({ name, label, choices, hint }) =>
            choices === undefined ? (
              <AddressInput key={name} name={name} label={label} hint={hint} maxLength={longestText} />
            ) : (
              <AddressChoice
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
        <Button
          variant="subtle"
          size="compact-sm"
          mt="xs"
          onClick={() => setAddress({}, { replace: true, state: cleared })}
        >
          {words.clear}
        </Button>
      )}
    </search>
  )
}
