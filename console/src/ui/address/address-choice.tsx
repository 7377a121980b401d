import { NativeSelect } from '@mantine/core'
import { usePart } from './use-part.ts'

interface Option {
  readonly value: string
  readonly label: string
}

/** A choice that stands in the address. */
export const AddressChoice = ({
  name,
  label,
  data,
}: {
  readonly name: string
  readonly label: string
  readonly data: readonly Option[]
}) => {
  const [value, set] = usePart(name)
  return (
    <NativeSelect label={label} data={data} value={value} onChange={({ currentTarget }) => set(currentTarget.value)} />
  )
}
