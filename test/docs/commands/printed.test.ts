import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openWorld } from './world.ts'

// What the commands print to be pasted works, like what stands in the guides.
test(
  'the simulator prints a configuration and commands with which Nexus can be called',
  { timeout: 120_000 },
  async () => {
    const world = await openWorld()
    onTestFinished(world.close)
    const { clone, session, port, url } = world
    const printed = await session.start(
      'node cli/nexus.mjs simulator --port 0 --clients 3',
      /end that:\n[^]*DELETE .*\n/,
    )
    const [, configuration = '', commands = ''] = /^(tenants:\n[^]+?)\n\n(Start it [^]+)$/m.exec(printed) ?? []
    writeFileSync(path.join(clone, 'sandbox.yaml'), `server: { port: ${port} }\n${configuration}\n`)

    const pasted = commands.replaceAll('http://127.0.0.1:8080', url).split('\n')
    const [start = '', ...others] = pasted.filter((line) => /^(?:npx|export|curl) /.test(line))
    await session.start(start, /Nexus is up/)
    for (const command of others) {
      const { code, output } = await session.run(command)
      expect({ command, code, output }).toEqual({ command, code: 0, output })
    }
    expect(others).toHaveLength(5)
  },
)
