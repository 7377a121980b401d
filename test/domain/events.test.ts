import { describe, expect, test } from 'vitest'
import { eventKindNames, eventKinds } from '../../domain/events.ts'

describe('kinds of events', () => {
  test.each(eventKindNames)('%s says what it is about, and what has happened, in one line', (kind) => {
    expect(kind).toMatch(/^(?:change|client|tenant|state)\.[a-z]+$/)
    expect(eventKinds[kind]).toMatch(/^[A-Z][^.\n]{10,80}$/)
  })
})
