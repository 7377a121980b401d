import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { projectRoot, readAction } from '../../support/github/action.ts'
import { findProgram } from '../programs.ts'

const actionlint = findProgram('actionlint', 'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12')

const Step = z.strictObject({ uses: z.string(), with: z.record(z.string(), z.unknown()) })
const Workflow = z.object({
  permissions: z.record(z.string(), z.enum(['read', 'none'])),
  jobs: z.record(
    z.string(),
    z.object({ permissions: z.never().optional(), environment: z.string(), steps: z.array(Step).min(1) }),
  ),
})

const action = readAction()

describe.each(globSync('docs/examples/*.yml', { cwd: projectRoot }))('%s', (file) => {
  const place = path.join(projectRoot, file)
  const workflow = Workflow.parse(parse(readFileSync(place, 'utf8')))
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)

  test('what it may do with the repository is said, and is reading', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
  })

  test('each job uses the action, with inputs that it has, and with all that it needs', () => {
    const ours = steps.filter(({ uses }) => uses === './' || /\/nexus@/.test(uses))
    expect(ours).toHaveLength(Object.keys(workflow.jobs).length)
    for (const { with: given } of ours) {
      expect(Object.keys(given).filter((name) => !Object.hasOwn(action.inputs, name))).toEqual([])
      const needed = Object.entries(action.inputs).filter(([, { required }]) => required === true)
      expect(needed.map(([name]) => name).filter((name) => !Object.hasOwn(given, name))).toEqual([])
    }
  })

  test('its secrets are secrets of the repository', () => {
    const secret = steps.flatMap(({ with: given }) =>
      Object.entries(given).filter(([name]) => /password|secret/.test(name)),
    )
    expect(secret.length).toBeGreaterThan(1)
    for (const [, value] of secret) expect(value).toMatch(/^\$\{\{ secrets\.\w+ \}\}$/)
  })

  test.skipIf(actionlint === undefined)('actionlint has nothing to say', () => {
    const output = execFileSync(actionlint ?? '', ['-no-color', '-shellcheck=', '-pyflakes=', place], {
      encoding: 'utf8',
    })
    expect(output).toBe('')
  })
})
