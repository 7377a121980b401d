import { Checkbox, Stack, Textarea, TextInput } from '@mantine/core'
import { useTenants } from '../tenants/tenant-query.ts'
import { texts } from '../texts/texts.ts'
import { isoOf, localOf } from '../ui/local-time.ts'
import { permissions } from './draft.ts'
import type { Draft } from './draft.ts'
import type { Kind } from './entry.ts'

const words = texts.administration.form

type Set = (part: Partial<Draft>) => void

/** What an entry is good for, and until when. What cannot be bounded for its kind is not asked. */
export const GrantFields = ({
  kind,
  draft,
  set,
}: {
  readonly kind: Kind
  readonly draft: Draft
  readonly set: Set
}) => {
  const isApplication = kind === 'applications'
  return (
    <>
      <Tenants draft={draft} set={set} />
      {isApplication ? (
        <Check label={words.ceiling} checked={draft.hasCeiling} set={(hasCeiling) => set({ hasCeiling })} />
      ) : null}
      {!isApplication || draft.hasCeiling ? (
        <Checkbox.Group
          label={words.permissions}
          value={[...draft.permissions]}
          onChange={(value) => set({ permissions: value })}
        >
          <Stack gap={6} mt={6}>
            {permissions.map((permission) => (
              <Checkbox key={permission} value={permission} label={permission} />
            ))}
          </Stack>
        </Checkbox.Group>
      ) : null}
      {isApplication ? (
        <Check label={words.narrows} checked={draft.narrows} set={(narrows) => set({ narrows })} />
      ) : (
        <Lines label={words.roles} value={draft.roles} set={(roles) => set({ roles })} />
      )}
      {!isApplication || draft.narrows ? (
        <Lines label={words.products} value={draft.products} set={(products) => set({ products })} />
      ) : null}
      <Check label={words.everyState} checked={draft.everyState} set={(everyState) => set({ everyState })} />
      {draft.everyState ? null : <Lines label={words.states} value={draft.states} set={(states) => set({ states })} />}
      <Expiry draft={draft} set={set} />
    </>
  )
}

const Tenants = ({ draft, set }: { readonly draft: Draft; readonly set: Set }) => {
  const tenants = useTenants()
  const ids = [...new Set([...(tenants.data?.tenants.map(({ id }) => id) ?? []), ...draft.tenants])]
  return (
    <>
      <Check label={words.everyTenant} checked={draft.everyTenant} set={(everyTenant) => set({ everyTenant })} />
      {draft.everyTenant ? null : (
        <Checkbox.Group label={words.tenants} value={[...draft.tenants]} onChange={(value) => set({ tenants: value })}>
          <Stack gap={6} mt={6}>
            {ids.map((id) => (
              <Checkbox key={id} value={id} label={id} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </>
  )
}

/** The end that is proposed first, in milliseconds from now. */
const quarter = 90 * 86_400_000

const Expiry = ({ draft: { expiresAt }, set }: { readonly draft: Draft; readonly set: Set }) => (
  <>
    <Check
      label={words.expires}
      checked={expiresAt !== ''}
      set={(expires) => set({ expiresAt: expires ? new Date(Date.now() + quarter).toISOString() : '' })}
    />
    {expiresAt === '' ? null : (
      <TextInput
        type="datetime-local"
        label={words.expiresAt}
        value={localOf(expiresAt)}
        onChange={({ currentTarget }) => set({ expiresAt: isoOf(currentTarget.value) || expiresAt })}
      />
    )}
  </>
)

const Check = ({
  label,
  checked,
  set,
}: {
  readonly label: string
  readonly checked: boolean
  readonly set: (checked: boolean) => void
}) => <Checkbox label={label} checked={checked} onChange={({ currentTarget }) => set(currentTarget.checked)} />

const Lines = ({
  label,
  value,
  set,
}: {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
}) => (
  <Textarea
    label={label}
    value={value}
    rows={3}
    spellCheck={false}
    onChange={({ currentTarget }) => set(currentTarget.value)}
  />
)
