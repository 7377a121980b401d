import { eventKindNames, eventKinds } from '../../domain/events.ts'
import { code, tableOf } from '../markdown.ts'

/** The kinds of events, with what each says. */
export const eventTable = (): string =>
  tableOf([['kind', 'what has happened'], ...eventKindNames.map((kind) => [code(kind), eventKinds[kind]])])
