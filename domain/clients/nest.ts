import type { FieldPath } from '../vocabulary.ts'

/** The member of a body that a field stands in, or is. */
export type FieldMember<Path extends string = FieldPath> = Path extends `${infer Member}.${string}` ? Member : Path

/**
 * Something for each of the fields, in the objects that their paths name: `mobile.ios.team_id` is `team_id` in `ios` in
 * `mobile`.
 *
 * @param branch makes one thing of the members of an object, whose name from the top is `mobile` or `mobile.ios`
 */
export const nest = <P extends FieldPath, T>(
  paths: readonly P[],
  leaf: (path: P) => T,
  branch: (members: Readonly<Record<string, T>>, name: string) => T,
): Record<FieldMember<P>, T> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets its keys; they are all here
  membersIn('', paths, leaf, branch) as Record<FieldMember<P>, T>

const membersIn = <P extends FieldPath, T>(
  prefix: string,
  paths: readonly P[],
  leaf: (path: P) => T,
  branch: (members: Readonly<Record<string, T>>, name: string) => T,
): Record<string, T> => {
  const inside = Map.groupBy(paths, (path) => path.slice(prefix.length).split('.')[0] ?? '')
  return Object.fromEntries(
    [...inside].map(([member, some]) => {
      const name = `${prefix}${member}`
      const field = some.find((path) => path === name)
      return [member, field === undefined ? branch(membersIn(`${name}.`, some, leaf, branch), name) : leaf(field)]
    }),
  )
}

/** Values in the shape of a body. */
export const nestedValues = <P extends FieldPath>(
  paths: readonly P[],
  value: (path: P) => unknown,
): Record<FieldMember<P>, unknown> => nest(paths, value, (members) => members)
