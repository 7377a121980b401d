import type { Dispatch } from 'react'
import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import { texts } from '../../texts/texts.ts'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import type { Beside } from '../beside.ts'
import type { ClientKey } from '../client-data.ts'
import { fieldGroups } from '../fields.ts'
import type { FieldPath } from '../fields.ts'
import { ConflictPanel } from './conflict-panel.tsx'
import { conflictsIn } from './draft.ts'
import type { Draft, Step } from './draft.ts'
import { Field } from './field.tsx'
import { changedFields, patchOf } from './patch.ts'
import { Review } from './review.tsx'
import { saidOfDryRun, saidOfRefusal, together } from './said.ts'
import { savingWord } from './saving-word.ts'
import { useDryRun } from './use-dry-run.ts'
import type { useSaving } from './use-saving.ts'
import './editor.css'

const { review: words, editor, saving: savingWords } = texts.client

/** The fields of a client, what somebody makes of them, and what that comes to before it is sent. */
export const Editor = ({
  path,
  draft,
  dispatch,
  saving,
  beside,
  mayWrite,
  historyOf,
}: {
  readonly path: ClientKey
  readonly draft: Draft
  readonly dispatch: Dispatch<Step>
  readonly saving: ReturnType<typeof useSaving>
  readonly beside: ReadonlyMap<FieldPath, Beside>
  readonly mayWrite: boolean
  readonly historyOf: (changeId: string) => string
}) => {
  const { base, edits, moved } = draft
  const changed = changedFields(base.values, edits)
  const conflicts = conflictsIn(draft)
  const dryRun = useDryRun(path, mayWrite ? patchOf(base.values, edits) : null, edits)
  const { answer } = dryRun
  const said = together(
    saidOfDryRun({
      edits: answer?.edits ?? {},
      warnings: answer?.preview?.warnings ?? [],
      errors: (answer?.refusal?.body?.errors ?? []).map(({ pointer = '', detail }) => ({ pointer, detail })),
    }),
    saidOfRefusal(saving.change, edits),
  )
  const word = savingWord(saving, changed.length > 0)
  // What will be sent is seen before it is sent, unless the server cannot tell.
  const isSeen = dryRun.isUpToDate || dryRun.error !== null
  const isBlocked = conflicts.length > 0 || Boolean(answer?.refusal) || saving.isSaving || !isSeen
  return (
    <Stack gap="xl">
      {conflicts.length === 0 ? null : (
        <ConflictPanel
          isUndo={draft.isUndoing}
          conflicts={conflicts}
          resolve={(choices) => dispatch({ kind: 'resolved', choices })}
        />
      )}
      {moved.length === 0 || conflicts.length > 0 ? null : (
        <Alert color="blue" role="note" aria-live="polite">
          {editor.moved(moved.map((field) => texts.fields[field]).join(', '))}
        </Alert>
      )}
      {draft.isRestored && changed.length > 0 && word === null ? (
        <Alert color="blue" role="note">
          {texts.common.restored}
        </Alert>
      ) : null}
      {draft.isUndoing && conflicts.length === 0 && word === null ? (
        <Alert color="blue" role="note" aria-live="polite">
          {changed.length === 0 ? texts.history.nothingToUndo : texts.history.undoing}
        </Alert>
      ) : null}
      {mayWrite ? (
        <Text size="sm" c="dimmed">
          {editor.keys}
        </Text>
      ) : null}
      <div className={changed.length === 0 ? 'editor' : 'editor reviewed'}>
        <Stack gap="xl">
          {fieldGroups.map(({ group, fields }) => (
            <section key={group} aria-labelledby={`group-${group}`}>
              <Title order={2} size="h3" mb="sm" id={`group-${group}`}>
                {texts.help.groups[group]}
              </Title>
              <div className="fields">
                {fields.map((field) => (
                  <Field
                    key={field}
                    dispatch={dispatch}
                    field={{
                      path: field,
                      value: edits[field] === undefined ? base.values[field] : edits[field],
                      isChanged: changed.includes(field),
                      remarks: said.fields.get(field),
                      beside: beside.get(field),
                      mayWrite,
                    }}
                  />
                ))}
              </div>
            </section>
          ))}
        </Stack>
        {changed.length === 0 || !mayWrite ? null : <Review dryRun={dryRun} others={said.others} />}
      </div>
      {saving.error ? <ProblemNotice error={saving.error} /> : null}
      {changed.length === 0 && word === null ? null : (
        <div className="save-bar">
          <Group gap="sm">
            {changed.length === 0 ? null : (
              <>
                {mayWrite ? (
                  <Button onClick={saving.save} disabled={isBlocked} loading={saving.isSaving}>
                    {words.save}
                  </Button>
                ) : null}
                <Button
                  variant="default"
                  onClick={() => {
                    dispatch({ kind: 'discarded' })
                    saving.forget()
                  }}
                >
                  {words.discard}
                </Button>
              </>
            )}
            <Text component="output" size="sm">
              {word === null ? (answer?.refusal ? words.refused : words.hint) : savingWords[word]}
            </Text>
            {saving.change === undefined || word === null ? null : (
              <Link to={historyOf(saving.change.id)}>{savingWords.look}</Link>
            )}
          </Group>
        </div>
      )}
    </Stack>
  )
}
