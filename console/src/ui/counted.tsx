import { Anchor } from '@mantine/core'
import { Link } from 'react-router'

const numbers = new Intl.NumberFormat('en')

/** A number, with the way to what it counts. @param to null for who cannot see that */
export const Counted = ({ count, to }: { readonly count: number; readonly to: string | null }) =>
  to === null || count === 0 ? (
    numbers.format(count)
  ) : (
    <Anchor component={Link} to={to}>
      {numbers.format(count)}
    </Anchor>
  )
