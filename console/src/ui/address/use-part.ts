import { useSearchParams } from 'react-router'
import { withPart } from './with-part.ts'

/** One part of the address, and how it is set: a list with filters can be sent to somebody else. Empty for none. */
export const usePart = (name: string): readonly [value: string, set: (value: string) => void] => {
  const [address, setAddress] = useSearchParams()
  const set = (value: string): void =>
    setAddress((now) => withPart(now, name, value), { replace: true, preventScrollReset: true })
  return [address.get(name) ?? '', set]
}
