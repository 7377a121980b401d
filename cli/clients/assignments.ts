import { z } from 'zod'
import { didYouMean } from '../../adapters/config/problems.ts'
import { fields } from '../../domain/clients/fields.ts'
import { isText } from '../../domain/shape.ts'
import type { FieldPath, Value, Values } from '../../domain/vocabulary.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { Failure } from '../failure.ts'

/**
 * What `nexus clients set` is told: `field=value`, and for lists `field+=element`, `field-=element` and
 * `field=["first", "second"]`. Nothing behind the `=` empties the field.
 */
export type Assignment =
  | { readonly field: FieldPath; readonly operator: '='; readonly value: NonNullable<Value> }
  | { readonly field: FieldPath; readonly operator: '+=' | '-='; readonly value: string }

const form = /^(?<name>[^=+\-\s]+)(?<operator>\+=|-=|=)(?<text>[^]*)$/
const List = z.array(z.string())

/** @throws Failure for what is no assignment, with what it should be */
export const parseAssignment = (raw: string): Assignment => {
  const { name, operator, text } = form.exec(raw)?.groups ?? {}
  if (name === undefined || text === undefined)
    throw new Failure(
      `${JSON.stringify(raw)} is no assignment. Write field=value; for lists also field+=element and field-=element.`,
    )
  const field = fieldNamed(name)
  if (fields[field].kind === 'list') return listAssignment(field, operator, text)
  if (operator !== '=') throw new Failure(`${field} is no list: write ${field}=value.`)
  return { field, operator, value: text }
}

const fieldNamed = (name: string): FieldPath => {
  const field = fieldPaths.find((path) => path === name)
  if (field !== undefined) return field
  throw new Failure(
    `${name} is no field that can be set.${didYouMean(name, fieldPaths)} The fields are: ${fieldPaths.join(', ')}.`,
  )
}

const listAssignment = (field: FieldPath, operator: string | undefined, text: string): Assignment => {
  if (operator === '+=' || operator === '-=') {
    if (text === '') throw new Failure(`${field}${operator} needs an element behind it. ${field}= empties the list.`)
    return { field, operator, value: text }
  }
  if (text === '') return { field, operator: '=', value: [] }
  const list = List.safeParse(jsonIn(text))
  if (list.success) return { field, operator: '=', value: list.data }
  // A list that is replaced by accident is a client that nobody can sign in to.
  throw new Failure(
    `${field} is a list: ${field}+=element adds to it, ${field}-=element takes away, and '${field}=["first", "second"]', ` +
      'a JSON array of texts, replaces all of it.',
  )
}

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The fields that the assignments name, with the values that they come to, one after the other.
 *
 * @param current what the client has
 * @returns also notes on assignments that change nothing, for the person who wrote them
 */
export const assigned = (
  assignments: readonly Assignment[],
  current: Values,
): { readonly values: Values; readonly notes: readonly string[] } => {
  const values: Partial<Record<FieldPath, Value>> = {}
  const notes: string[] = []
  for (const assignment of assignments) {
    const { field, value } = assignment
    if (assignment.operator === '=') values[field] = value
    else {
      const before = values[field] ?? current[field]
      const list = before === null || before === undefined || isText(before) ? [] : before
      const there = list.includes(assignment.value)
      if (there === (assignment.operator === '+='))
        notes.push(`${field}: ${assignment.value} is ${there ? 'there already' : 'not there'}.`)
      values[field] =
        assignment.operator === '-='
          ? list.filter((element) => element !== assignment.value)
          : there
            ? list
            : [...list, assignment.value]
    }
  }
  return { values, notes }
}
