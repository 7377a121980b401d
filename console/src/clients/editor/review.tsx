import { Code, Loader, Stack, Text, Title } from '@mantine/core'
import { texts } from '../../texts/texts.ts'
import { Difference } from '../../ui/difference/difference.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { linesOf } from '../fields.ts'
import type { Remarks } from './issues.ts'
import type { useDryRun } from './use-dry-run.ts'

const { review: words } = texts.client

/** The difference before saving: what the server says it will send, not what the page makes of it. */
export const Review = ({
  dryRun: { answer, error, isUpToDate },
  others,
}: {
  readonly dryRun: ReturnType<typeof useDryRun>
  readonly others: Remarks['others']
}) => {
  const preview = answer?.preview ?? null
  return (
    <Stack
      gap="xs"
      className="review"
      component="section"
      aria-label={words.title}
      aria-busy={!isUpToDate}
      tabIndex={0}
    >
      <Title order={2} size="h4">
        {words.title} {isUpToDate ? null : <Loader size="xs" aria-label={words.checking} />}
      </Title>
      {error ? (
        <>
          <Text size="sm">{words.unchecked}</Text>
          <ProblemNotice error={error} />
        </>
      ) : null}
      {answer?.refusal ? <Text size="sm">{words.refused}</Text> : null}
      {others.map(({ pointer, detail }) => (
        <Text size="sm" key={`${pointer} ${detail}`}>
          {detail}
        </Text>
      ))}
      {answer?.refusal && answer.refusal.body?.errors === undefined ? <ProblemNotice error={answer.refusal} /> : null}
      {preview === null ? null : (
        <>
          {preview.fields.length === 0 ? <Text size="sm">{words.same}</Text> : null}
          {preview.fields.map(({ field, from, to }) => (
            <section key={field} aria-label={texts.fields[field]}>
              <Text size="sm" fw={600}>
                {texts.fields[field]}
              </Text>
              <Difference before={linesOf(from)} after={linesOf(to)} />
            </section>
          ))}
          {preview.waitingChanges === 0 ? null : <Text size="sm">{words.together(preview.waitingChanges)}</Text>}
          {preview.members === null ? null : (
            <details>
              <summary>{words.body}</summary>
              <Code block className="foreign">
                {JSON.stringify(preview.members, null, 2)}
              </Code>
            </details>
          )}
        </>
      )}
    </Stack>
  )
}
