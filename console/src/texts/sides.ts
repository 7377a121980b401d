/** What is said of two values beside each other. */
export const sides = {
  nothing: 'Nothing',
  onlyHere: 'only on this side',
} as const
