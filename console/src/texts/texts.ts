import { clients } from './clients.ts'
import { common } from './common.ts'
import { times } from './times.ts'

/** Every text of the console, in one place. */
export const texts = { common, times, clients } as const
