import { settings } from '../../process/reload/settings.ts'
import type { Effect } from '../../process/reload/settings.ts'
import { code, tableOf } from '../markdown.ts'

const words: Readonly<Record<Effect, string>> = { reload: 'with SIGHUP', restart: 'with the next start' }

/** When each setting of the configuration takes effect. A setting stands for those below it that are not named. */
export const settingsTable = (): string =>
  tableOf([
    ['setting', 'takes effect', 'remark'],
    ...Object.entries(settings).map(([path, { effect, remark }]) => [code(path), words[effect], remark ?? '']),
  ])
