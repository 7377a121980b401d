import { memo } from 'react'
import type { KeyboardEvent } from 'react'
import { Link } from 'react-router'
import type { Schemas } from '../../app/schemas.ts'
import { texts } from '../../texts/texts.ts'
import { Foreign } from '../../ui/foreign.tsx'
import { When } from '../../ui/when.tsx'
import { GlanceBadge } from '../glance-badge.tsx'
import { glanceOf } from '../glance.ts'

const { row: words, choices } = texts.clients

const steps: Readonly<Record<string, 'nextElementSibling' | 'previousElementSibling'>> = {
  ArrowDown: 'nextElementSibling',
  ArrowUp: 'previousElementSibling',
}

/** Arrows go from row to row. */
const go = (event: KeyboardEvent<HTMLAnchorElement>): void => {
  const step = steps[event.key]
  if (step === undefined) return
  const link = event.currentTarget.closest('li')?.[step]?.querySelector('a')
  if (!link) return
  event.preventDefault()
  link.focus()
}

const Named = ({ name, value }: { readonly name: string; readonly value: string | null | undefined }) =>
  value ? (
    <span className="client-fact">
      <span className="client-label">{name}</span> <Foreign text={value} />
    </span>
  ) : null

/** A client in a list: a link, with what tells it from others. */
export const ClientRow = memo(({ client, to }: { readonly client: Schemas['ListedClient']; readonly to: string }) => (
  <Link to={to} className="client-row" onKeyDown={go}>
    <span className="client-name">
      <strong>{client.name ? <Foreign text={client.name} /> : words.unnamed}</strong>
      <code>
        <Foreign text={client.id} />
      </code>
    </span>
    <span className="client-facts">
      <Named name={words.product} value={client.productName} />
      <Named name={words.application} value={client.applicationName} />
      {client.terraform === 'manual' ? null : (
        <Named name={texts.clients.filters.terraform} value={choices.terraform[client.terraform]} />
      )}
    </span>
    <span className="client-state">
      <GlanceBadge glance={glanceOf(client)} />
      <span className="client-label">
        {words.changed} <When at={client.updatedAt} />
      </span>
    </span>
  </Link>
))
