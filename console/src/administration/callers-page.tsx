import { useState } from 'react'
import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Page } from '../ui/page.tsx'
import { Reading } from '../ui/reading.tsx'
import { CallerRow } from './caller-row.tsx'
import { DeedDialog } from './deed-dialog.tsx'
import { deedsOf } from './entry.ts'
import type { Kind } from './entry.ts'
import { EntryForm } from './entry-form.tsx'
import { entriesQuery } from './registers.ts'
import type { Made } from './registers.ts'
import { SecretDialog } from './secret-dialog.tsx'

const words = texts.administration

/** All entries of one kind. What is asked of one stands in the address: `?do=rotate&name=portal`, `?do=make`. */
export const CallersPage = ({ kind }: { readonly kind: Kind }) => {
  const [query, setQuery] = useSearchParams()
  const [made, setMade] = useState<Made | null>(null)
  const entries = useQuery(entriesQuery(kind))
  const entry = entries.data?.find(({ name }) => name === query.get('name'))
  const deed = entry && deedsOf(entry).find((deed) => deed === query.get('do'))
  const close = (): void => setQuery({})
  const done = (made: Made | null): void => {
    close()
    setMade(made)
  }
  return (
    <Page
      title={words.kinds[kind].title}
      actions={<Button onClick={() => setQuery({ do: 'make' })}>{words.kinds[kind].make}</Button>}
    >
      <Text>{words.kinds[kind].explained}</Text>
      <Reading of={entries} />
      {entries.data?.length === 0 ? <Text>{words.kinds[kind].none}</Text> : null}
      {entries.data === undefined || entries.data.length === 0 ? null : (
        <DataTable caption={words.kinds[kind].title} columns={words.columns}>
          {entries.data.map((entry) => (
            <CallerRow key={entry.name} entry={entry} ask={(deed) => setQuery({ do: deed, name: entry.name })} />
          ))}
        </DataTable>
      )}
      {query.get('do') === 'make' ? <EntryForm kind={kind} done={done} close={close} /> : null}
      {entry !== undefined && deed === 'change' ? (
        <EntryForm key={entry.name} kind={kind} entry={entry} done={done} close={close} />
      ) : null}
      {entry !== undefined && deed !== undefined && deed !== 'change' ? (
        <DeedDialog kind={kind} deed={deed} name={entry.name} done={done} close={close} />
      ) : null}
      {made === null ? null : <SecretDialog kind={kind} made={made} close={() => setMade(null)} />}
    </Page>
  )
}
