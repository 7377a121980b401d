const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** A time in seconds, in its two greatest units that count: 1 day 12 hours. */
export const durationOf = (seconds: number): string => {
  let rest = seconds
  const parts: string[] = []
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0 && parts.length < 2)
      parts.push(new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(count))
  }
  return parts.length === 0 ? '0 seconds' : parts.join(' ')
}
