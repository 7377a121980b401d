import type { Configuration } from '../../adapters/config/configuration.ts'
import { ConfigurationError } from '../../adapters/config/problems.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { Changes } from './compare.ts'

/** What reloads the configuration of a running process. */
interface Reloading {
  /** Reads the configuration anew. @throws ConfigurationError */
  readonly load: () => Configuration
  /** @throws where it cannot be used; the process then goes on with the former */
  readonly use: (configuration: Configuration) => Promise<Changes>
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
}

/**
 * Reloads the configuration each time that it is called: one after the other, and once for those that come while one is
 * under way. What has changed is logged by its name. A configuration that cannot be used is refused, and nothing changes.
 */
export const createReload = ({ load, use, log }: Reloading): (() => void) => {
  let asked = false
  let running = false
  const reload = async (): Promise<void> => {
    try {
      const { changed, needsRestart } = await use(load())
      log.info({ changed, needsRestart }, 'the configuration was reloaded')
      if (needsRestart.length > 0)
        log.warn({ needsRestart }, 'settings were changed that take effect when this process is started again')
    } catch (error) {
      const why =
        error instanceof ConfigurationError
          ? { file: error.file, problems: error.problems }
          : { err: error instanceof Error ? error : new Error(String(error)) }
      log.error(why, 'the configuration was not reloaded: the former one stays in use')
    }
  }
  const run = async (): Promise<void> => {
    running = true
    while (asked) {
      asked = false
      await reload()
    }
    running = false
  }
  return () => {
    asked = true
    if (!running) void run()
  }
}
