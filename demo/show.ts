import { untilSignal } from '../process/until-signal.ts'
import { seeds, tenantIds } from './cast.ts'
import { chapters } from './chapters.ts'
import { buildConsole, showConsole } from './console.ts'
import { showLinesToPaste } from './paste.ts'
import { bold, columns, cyan, dim, duration, green, red, say, tell } from './screen.ts'
import { createTally, messageOf } from './checks.ts'
import { createStage } from './stage.ts'
import { startWorld } from './world.ts'
import type { World } from './world.ts'

export interface Options {
  /** End after the walk-through. */
  readonly once: boolean
  /** Of the API; 0 for any free one. */
  readonly port: number
}

/**
 * Starts everything, plays the walk-through, and keeps serving unless that was enough.
 *
 * @returns whether everything was as it should be
 */
export const show = async (options: Options): Promise<boolean> => {
  const ended = untilSignal()
  const started = performance.now()
  say(bold('Nexus'))
  tell(
    'Owners change their Auth0 clients through one API. Two simulated tenants, all in this process, are starting …',
    0,
  )
  const world = await startWorld(options.port)
  let endBuild: (() => void) | undefined
  try {
    introduce(world, performance.now() - started)
    if (!options.once) endBuild = buildConsole()
    const interrupted = new AbortController()
    void ended.then(() => interrupted.abort())
    const good = await walkThrough(world, interrupted.signal)
    if (options.once || interrupted.signal.aborted) return good
    showLinesToPaste(world, lastChange(world))
    showConsole(world)
    say(dim(`Nexus' log: ${world.logFile}`))
    say(`${cyan('●')} Serving at ${world.nexusUrl}. ${bold('Ctrl-C')} ends it.`)
    await ended
    say()
    return good
  } finally {
    say('Ending …')
    endBuild?.()
    await world.close()
  }
}

const introduce = ({ nexusUrl, tenants, notes }: World, ms: number): void => {
  say()
  columns(
    [
      ...tenantIds.map((id) => [`Auth0 ${id}`, tenants[id].url, seeds[id].map(({ name }) => name).join(', ')]),
      ['Nexus', nexusUrl, 'API and worker, on an embedded PostgreSQL'],
    ],
    2,
  )
  for (const note of notes) tell(note, 2, dim)
  say()
  tell(`Ready after ${duration(ms)}. The simulated tenants answer at once; a real one adds its own time.`, 0, dim)
}

/** Plays every chapter. @returns whether everything was as it should be */
const walkThrough = async (world: World, interrupted: AbortSignal): Promise<boolean> => {
  const started = performance.now()
  const tally = createTally()
  const stage = createStage(world, tally.check, interrupted)
  for (const [index, { title, why, play }] of chapters.entries()) {
    say()
    say(bold(`${index + 1}  ${title}`))
    tell(why, 3, dim)
    say()
    try {
      await play(stage)
    } catch (error) {
      if (interrupted.aborted) return false
      tally.fail(`Chapter ${index + 1} could not be played to its end: ${messageOf(error)}`)
    }
  }
  say()
  const summary = `${chapters.length} chapters, ${tally.count()} checks, ${duration(performance.now() - started)}`
  const { failures } = tally
  if (failures.length === 0) say(green(bold(`✓ Everything was as it should be: ${summary}.`)))
  else {
    say(red(bold(`✗ Not everything was as it should be (${summary}):`)))
    for (const failure of failures) say(red(`- ${failure}`), 2)
    say(dim(`Nexus' log: ${world.logFile}`), 2)
  }
  say()
  return failures.length === 0
}

/** The newest change that reached Auth0: Nexus sends its id along. */
const lastChange = ({ tenants }: World): string => tenants.acme.stats.writes.at(-1)?.correlationId ?? ''
