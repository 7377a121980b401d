import { isDeepStrictEqual } from 'node:util'

/**
 * Makes a thing anew only where what it is made of is not what it was: what it remembers (keys, tokens, buckets of callers)
 * outlives a reload of the configuration that leaves its settings alone.
 */
export const remade = <From, Made>(make: (from: From) => Made): ((from: From) => Made) => {
  let last: { readonly from: From; readonly made: Made } | undefined
  return (from) => {
    if (last === undefined || !isDeepStrictEqual(last.from, from)) last = { from, made: make(from) }
    return last.made
  }
}
