import { Anchor, Badge, Button, Group, Paper, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { Schemas } from '../../app/schemas.ts'
import { texts } from '../../texts/texts.ts'
import { Difference } from '../../ui/difference/difference.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { When } from '../../ui/when.tsx'
import type { ClientKey } from '../client-data.ts'
import { fieldPaths, linesOf, readFields } from '../fields.ts'
import { useWithdrawal } from '../use-actions.ts'
import { undoOf } from './undo.ts'

const { history: words } = texts

const colors = { accepted: 'blue', applied: 'teal', rejected: 'red', withdrawn: 'gray' } as const

const Who = ({ author: { kind, id, application } }: { readonly author: Schemas['Author'] }) => (
  <>
    {words.by} <strong>{kind === 'policy' ? words.policy : <Foreign text={id} />}</strong>
    {application === null ? null : (
      <>
        {' '}
        {words.through} <Foreign text={application} />
      </>
    )}
  </>
)

/** One change: who made it, what it did to each field, and what came of it. */
export const Entry = ({
  change,
  path,
  root,
  mayWrite,
}: {
  readonly change: Schemas['Change']
  readonly path: ClientKey
  /** The client's page. */
  readonly root: string
  readonly mayWrite: boolean
}) => {
  const withdrawal = useWithdrawal(path)
  const { id, status, author, acceptedAt, refusal, warnings, supersededBy } = change
  const after = readFields(change.values)
  const before = change.before === null ? null : readFields(change.before)
  const fields = fieldPaths.filter((field) => after[field] !== undefined)
  return (
    <Paper withBorder p="md" component="article" aria-label={`${words.status[status]}: ${acceptedAt}`}>
      <Stack gap="xs">
        <Group gap="sm" justify="space-between">
          <Group gap="xs">
            <Badge variant="light" tt="none" color={colors[status]}>
              {words.status[status]}
            </Badge>
            <Text size="sm">
              <When at={acceptedAt} /> <Who author={author} />
            </Text>
          </Group>
          <Anchor component={Link} to={`${root}/history/${encodeURIComponent(id)}`} size="sm">
            {words.link}
          </Anchor>
        </Group>
        {fields.map((field) => (
          <div key={field}>
            <Text size="sm" fw={600}>
              {texts.fields[field]}
            </Text>
            <Difference
              before={before === null ? linesOf(after[field]) : linesOf(before[field])}
              after={linesOf(after[field])}
            />
          </div>
        ))}
        {refusal === null ? null : (
          <Text size="sm">
            <Foreign text={[refusal.detail, ...refusal.errors.map(({ detail }) => detail)].join(' ')} />
          </Text>
        )}
        {warnings?.map(({ pointer, detail }) => (
          <Text size="sm" key={`${pointer} ${detail}`}>
            {words.warnings} <Foreign text={detail} />
          </Text>
        ))}
        {supersededBy === null ? null : (
          <Anchor component={Link} to={`${root}/history/${encodeURIComponent(supersededBy)}`} size="sm">
            {words.superseded}
          </Anchor>
        )}
        {mayWrite ? (
          <Group gap="xs">
            {undoOf(change) === null ? null : (
              <Button component={Link} to={`${root}?undo=${encodeURIComponent(id)}`} size="xs" variant="default">
                {words.undo}
              </Button>
            )}
            {status === 'accepted' ? (
              <Button size="xs" variant="default" loading={withdrawal.isPending} onClick={() => withdrawal.mutate(id)}>
                {words.withdraw}
              </Button>
            ) : null}
          </Group>
        ) : null}
        {withdrawal.error ? <ProblemNotice error={withdrawal.error} /> : null}
      </Stack>
    </Paper>
  )
}
