const paths = {
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  remove: 'M4 4l8 8M12 4l-8 8',
} as const

/** A small drawing beside or in place of a word; whoever uses it says what it is. */
export const Icon = ({ name }: { readonly name: keyof typeof paths }) => (
  <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden>
    <path d={paths[name]} strokeLinecap="round" strokeLinejoin="round" />
  </svg>
)
