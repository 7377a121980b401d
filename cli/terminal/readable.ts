import { printable } from '../../domain/texts/printable.ts'

/** How a person reads what the API answers. */

/** What a text depends on beside the answer. */
export interface Shown {
  readonly now: Date
  /** Of the terminal; undefined where there is none. */
  readonly width: number | undefined
}

/** The present, and the terminal: 80 columns where it does not say. */
export const shown = (): Shown => ({
  now: new Date(),
  width: process.stdout.isTTY ? process.stdout.columns || 80 : undefined,
})

/** A time, to the minute: 2026-03-01 09:05 UTC. */
export const timeText = (iso: string): string => {
  const time = new Date(iso)
  return Number.isNaN(time.getTime()) ? printable(iso) : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const units = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3600 },
  { name: 'minute', seconds: 60 },
] as const

/** How long ago something was: 3 hours ago. */
export const agoText = (iso: string, now: Date): string => {
  const seconds = (now.getTime() - new Date(iso).getTime()) / 1000
  const unit = units.find((one) => seconds >= one.seconds)
  if (unit === undefined) return 'just now'
  const count = Math.floor(seconds / unit.seconds)
  return `${count} ${unit.name}${count === 1 ? '' : 's'} ago`
}

/** 512 B, 1.5 KB, 20 MB. */
export const sizeText = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`
  const [value, unit] = bytes < 1_048_576 ? [bytes / 1024, 'KB'] : [bytes / 1_048_576, 'MB']
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}`
}

/** "1 client", "2 clients". */
export const countText = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
