import type { ReactNode } from 'react'
import './facts.css'

/** What is known of one thing, by name. */
export const Facts = ({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode] | null)[] }) => (
  <dl className="facts">
    {facts.flatMap((fact) =>
      fact === null
        ? []
        : [
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>,
          ],
    )}
  </dl>
)
