const units = ['B', 'kB', 'MB', 'GB'] as const

/** A size as people say it, in steps of 1000. */
export const bytesText = (bytes: number): string => {
  const step = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 }).format(value)} ${units[step]}`
}
