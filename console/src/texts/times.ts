/** What is said of times that no number says well. */
export const times = {
  justNow: 'just now',
  soon: 'in a moment',
  never: 'never',
} as const
