import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useLocation } from 'react-router'
import { cleared } from './cleared.ts'
import { usePart } from './use-part.ts'

const debounceMs = 200

/** A text of the address, which follows what is typed when somebody pauses. */
export const AddressInput = ({
  name,
  label,
  hint,
  type = 'text',
  maxLength,
  onKeyDown,
}: {
  readonly name: string
  readonly label: string
  readonly hint?: string | undefined
  readonly type?: 'search' | 'text'
  readonly maxLength?: number
  readonly onKeyDown?: (event: KeyboardEvent) => void
}) => {
  const [stands, set] = usePart(name)
  const [typed, setTyped] = useState(stands)
  const sent = useRef(stands)
  const send = useDebouncedCallback((value: string) => {
    sent.current = value
    set(value)
  }, debounceMs)
  const { key, state } = useLocation()
  const seen = useRef(key)
  // The address is changed by links and by going back too. What was typed a moment ago is not in it yet: it goes with what is
  // cleared.
  useEffect(() => {
    const isCleared = state === cleared && key !== seen.current
    seen.current = key
    if (stands === sent.current && !isCleared) return
    send.cancel()
    sent.current = stands
    setTyped(stands)
  }, [stands, key, state, send])
  return (
    <TextInput
      type={type}
      label={label}
      placeholder={hint}
      maxLength={maxLength}
      value={typed}
      onKeyDown={onKeyDown}
      onChange={({ currentTarget: { value } }) => {
        setTyped(value)
        send(value)
      }}
    />
  )
}
