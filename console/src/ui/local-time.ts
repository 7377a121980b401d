const two = (number: number): string => String(number).padStart(2, '0')

/** A time as an input of the browser shows it, in the reader's zone, to the minute; empty for none. */
export const localOf = (iso: string | undefined): string => {
  if (iso === undefined) return ''
  const at = new Date(iso)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** The other way round. */
export const isoOf = (local: string): string => (Number.isNaN(Date.parse(local)) ? '' : new Date(local).toISOString())
