import { Loader } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import { ProblemNotice } from './problem-notice.tsx'

/** A query of TanStack Query, as far as it matters here. */
interface Read {
  readonly isPending: boolean
  readonly error: unknown
  readonly refetch: () => Promise<unknown>
}

/** That something is being read, or why it could not be and a way to try again; nothing once it is there. */
export const Reading = ({ of: { isPending, error, refetch } }: { readonly of: Read }) => {
  if (error) return <ProblemNotice error={error} again={() => void refetch()} />
  return isPending ? <Loader aria-label={texts.common.loading} /> : null
}
