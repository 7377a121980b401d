import { NativeSelect, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { texts } from '../texts/texts.ts'
import { Confirm } from '../ui/confirm.tsx'
import { optionsOf } from '../ui/options.ts'
import type { Deed, Kind } from './entry.ts'
import { registers } from './registers.ts'
import type { Made } from './registers.ts'

const words = texts.administration

/** Asks before a secret is rotated or retired, or an entry revoked. */
export const DeedDialog = ({
  kind,
  deed,
  name,
  done,
  close,
}: {
  readonly kind: Kind
  readonly deed: Exclude<Deed, 'change'>
  readonly name: string
  readonly done: (made: Made | null) => void
  readonly close: () => void
}) => {
  const queries = useQueryClient()
  const [overlap, setOverlap] = useState('86400')
  const deeds: Readonly<Record<typeof deed, () => Promise<Made | null>>> = {
    rotate: () => registers[kind].rotate(name, Number(overlap)),
    retire: () => registers[kind].retire(name).then(() => null),
    revoke: () => registers[kind].revoke(name).then(() => null),
  }
  const doing = useMutation({
    mutationFn: () => deeds[deed](),
    // A secret is not kept with what was read.
    gcTime: 0,
    onSuccess: async (made) => {
      done(made)
      await queries.invalidateQueries({ queryKey: ['administration', kind] })
    },
  })
  return (
    <Confirm
      title={words[deed].title(name)}
      label={words.actions[deed]}
      color={deed === 'rotate' ? 'blue' : 'red'}
      {...(deed === 'revoke' ? { name } : {})}
      doing={doing}
      confirm={() => doing.mutate()}
      close={close}
    >
      <Text>{words[deed].text}</Text>
      {deed === 'rotate' ? (
        <NativeSelect
          label={words.rotate.overlap}
          value={overlap}
          data={optionsOf(words.rotate.overlaps)}
          onChange={({ currentTarget }) => setOverlap(currentTarget.value)}
        />
      ) : null}
    </Confirm>
  )
}
