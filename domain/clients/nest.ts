import type { FieldPath } from '../vocabulary.ts'

/** The member of a body that a field stands in, or is. */
export type FieldMember<Path extends string = FieldPath> = Path extends `${infer Member}.${string}` ? Member : Path

/** How fields stand in objects: each member's name from the top, with the field that it is or the members in it. */
type Shape<P> = readonly { readonly member: string; readonly name: string; readonly inside: P | Shape<P> }[]

const shapeOf = <P extends FieldPath>(paths: readonly P[], prefix = ''): Shape<P> =>
  [...Map.groupBy(paths, (path) => path.slice(prefix.length).split('.')[0] ?? '')].map(([member, some]) => {
    const name = `${prefix}${member}`
    return { member, name, inside: some.find((path) => path === name) ?? shapeOf(some, `${name}.`) }
  })

/** Makes one thing of the members of an object, whose name from the top is `mobile` or `mobile.ios`. */
type Branch<T> = (members: Readonly<Record<string, T>>, name: string) => T

const filled = <P extends FieldPath, T>(
  shape: Shape<P>,
  leaf: (path: P) => T,
  branch: Branch<T>,
): Record<string, T> => {
  const members: Record<string, T> = {}
  for (const { member, name, inside } of shape)
    members[member] = typeof inside === 'string' ? leaf(inside) : branch(filled(inside, leaf, branch), name)
  return members
}

/**
 * Something for each of the fields, in the objects that their paths name: `mobile.ios.team_id` is `team_id` in `ios` in
 * `mobile`.
 */
export const nest = <P extends FieldPath, T>(
  paths: readonly P[],
  leaf: (path: P) => T,
  branch: Branch<T>,
): Record<FieldMember<P>, T> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a record of text forgets its keys; they are all here
  filled(shapeOf(paths), leaf, branch) as Record<FieldMember<P>, T>

/** Values in the shape of a body, for the same fields again and again: how they stand in objects is found once. */
export const nesting = <P extends FieldPath>(
  paths: readonly P[],
): ((value: (path: P) => unknown) => Record<FieldMember<P>, unknown>) => {
  const shape = shapeOf(paths)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return (value) => filled(shape, value, (members) => members) as Record<FieldMember<P>, unknown>
}

/** Values in the shape of a body. */
export const nestedValues = <P extends FieldPath>(
  paths: readonly P[],
  value: (path: P) => unknown,
): Record<FieldMember<P>, unknown> => nesting(paths)(value)
