import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { commandsIn } from './commands.ts'
import { filled, valuesIn } from './page.ts'
import { pages } from './pages.ts'
import { openWorld } from './world.ts'

const root = path.resolve(import.meta.dirname, '../../..')

const missingOf = (programs: readonly string[] = []): string[] => {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0)
  if (missing.length > 0 && process.env['CI'] === 'true') throw new Error(`CI lacks ${missing.join(', ')}.`)
  return missing
}

/** The first row whose beginning a text has. */
const rowOf = <T extends { readonly begins: string }>(rows: readonly T[], text: string): T | undefined =>
  rows.find(({ begins }) => text.startsWith(begins))

// From the first to the last, in one shell, as they stand on the page.
describe.each(pages)('the commands of $file', (page) => {
  const { file, lines, needs, leftOut = [], codes = [], lasting = {}, restarted = [], leaves = () => [] } = page
  const missing = missingOf(needs)
  const commands = commandsIn(readFileSync(path.join(root, file), 'utf8'))

  test.skipIf(missing.length > 0)('work as they are pasted', { timeout: 300_000 }, async () => {
    const world = await openWorld()
    onTestFinished(world.close)
    const { values: given, replaced } = await page.prepare(world)
    const values: Record<string, string> = { ...given }
    const goingOn = new Map<string, RegExp>()
    const { session } = world
    let ran = 0
    const followed = commands.filter(({ text }) => rowOf(leftOut, text) === undefined)
    for (const { text, lines: ownLines } of followed) {
      const command = filled(text, values, replaced)
      expect(command, 'A reader has no value for it.').not.toContain('…')
      if (rowOf(restarted, text) !== undefined)
        await Promise.all(
          Array.from(goingOn, async ([started, ready]) => {
            await session.stop(started)
            await session.start(started, ready)
          }),
        )
      const ready = lasting[text]
      if (ready !== undefined) goingOn.set(command, ready)
      const { code, output } =
        ready === undefined ? await session.run(command) : { code: 0, output: await session.start(command, ready) }
      expect({ command, code, output }).toEqual({ command, code: rowOf(codes, text)?.code ?? 0, output })
      Object.assign(values, valuesIn(output))
      ran += ownLines
    }
    // A page may end with a change that nobody waits for.
    await vi.waitFor(() => leaves(world).forEach(([found, wanted]) => expect(found).toEqual(wanted)), 30_000)
    expect(ran).toBeGreaterThanOrEqual(lines)
  })

  test('are all that its table names', () => {
    const unused = [...leftOut, ...codes, ...restarted].filter(
      ({ begins }) => !commands.some(({ text }) => text.startsWith(begins)),
    )
    expect(unused).toEqual([])
  })
})
