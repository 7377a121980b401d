import { useState } from 'react'
import { Alert, Button, Radio, Stack, Text } from '@mantine/core'
import { texts } from '../../texts/texts.ts'
import { Difference } from '../../ui/difference/difference.tsx'
import { linesOf } from '../fields.ts'
import type { FieldPath, SomeValues } from '../fields.ts'
import { choicesOf, valueOf } from './choices.ts'
import type { Choice } from './choices.ts'
import type { Conflict } from './merge.ts'

const { conflict: words } = texts.client

/** Both versions of each field that was changed twice, and a choice. */
export const ConflictPanel = ({
  conflicts,
  isUndo,
  resolve,
}: {
  readonly conflicts: readonly Conflict[]
  /** Whether one side is what undoes an earlier change. */
  readonly isUndo: boolean
  readonly resolve: (choices: SomeValues) => void
}) => {
  const [chosen, setChosen] = useState<Partial<Record<FieldPath, Choice>>>({})
  const isDecided = conflicts.every(({ field }) => chosen[field] !== undefined)
  return (
    <Alert color="orange" title={isUndo ? words.undoTitle : words.title} role="alert">
      <Stack gap="md" align="stretch">
        <Text size="sm">{words.text}</Text>
        {conflicts.map((conflict) => {
          const { field, base, theirs } = conflict
          const label = texts.fields[field]
          return (
            <Radio.Group
              key={field}
              label={words.of(label)}
              value={chosen[field] ?? null}
              onChange={(choice) => setChosen((now) => ({ ...now, [field]: choice }))}
            >
              <Stack gap="sm" mt="xs">
                {choicesOf(conflict).map((choice) => (
                  <div key={choice}>
                    <Radio value={choice} label={isUndo ? words.undo[choice] : words[choice]} />
                    <Difference before={linesOf(isUndo ? theirs : base)} after={linesOf(valueOf(conflict, choice))} />
                  </div>
                ))}
              </Stack>
            </Radio.Group>
          )
        })}
        <Button
          className="fitting"
          disabled={!isDecided}
          onClick={() =>
            resolve(
              Object.fromEntries(
                conflicts.map((conflict) => [conflict.field, valueOf(conflict, chosen[conflict.field] ?? 'mine')]),
              ),
            )
          }
        >
          {words.choose}
        </Button>
      </Stack>
    </Alert>
  )
}
