import { clients } from './clients.ts'
import { common } from './common.ts'

/** Every text of the console, in one place. */
export const texts = { common, clients } as const
