import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { projectRoot, readAction } from './action.ts'
import type { ActionStep } from './action.ts'
import { filled, holds } from './expressions.ts'
import type { Lookup } from './expressions.ts'
import { pairsIn, shownBy } from './commands.ts'

/** Runs the project's action as a runner does, but for steps that use other people's actions: those are taken for done. */

export interface Ran {
  readonly outcome: 'success' | 'failure'
  /** What a reader of the run sees: with `***` in the place of secrets, and without commands to the runner. */
  readonly log: string
  /** What the steps printed. */
  readonly printed: string
  readonly masks: readonly string[]
  readonly outputs: Readonly<Record<string, string>>
  /** What all steps added to the summary of the run. */
  readonly summary: string
  /** The steps that ran, by name or by the action that they use. */
  readonly steps: Readonly<Record<string, string>>
}

export interface Job {
  /** Where the repository of the workflow is. */
  readonly workspace: string
  readonly inputs: Readonly<Record<string, string>>
  /** `env` of the job. */
  readonly env?: Readonly<Record<string, string>>
}

const nameOf = (step: ActionStep): string => step.name ?? ('uses' in step ? step.uses.replace(/@.*/, '') : step.run)

const bash = async (script: string, cwd: string, env: Readonly<Record<string, string>>) => {
  const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
  await once(child, 'close')
  return { code: child.exitCode, printed }
}

const files = ['GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'] as const

export const runAction = async ({ workspace, inputs, env = {} }: Job): Promise<Ran> => {
  const action = readAction()
  const unknown = Object.keys(inputs).filter((name) => !Object.hasOwn(action.inputs, name))
  if (unknown.length > 0) throw new Error(`The action has no input ${unknown.join(', ')}`)

  const place = mkdtempSync(path.join(os.tmpdir(), 'nexus-runner-'))
  const temporary = path.join(place, 'temp')
  mkdirSync(temporary)
  // Nexus is installed: a step that would do it again would take it away under other tests.
  writeFileSync(path.join(place, 'npm'), '#!/bin/sh\necho "npm $* was called" >&2\nexit 1\n', { mode: 0o755 })

  const found = { printed: '', summary: '', failed: false }
  const steps: Record<string, string> = {}
  const byId: Record<string, { outcome: string; outputs: Readonly<Record<string, string>> }> = {}
  const programs = [place, path.dirname(process.execPath), process.env['PATH'] ?? '']

  const contexts: Readonly<Record<string, (rest: readonly string[]) => string | undefined>> = {
    inputs: ([name = '']) =>
      Object.hasOwn(action.inputs, name) ? (inputs[name] ?? action.inputs[name]?.default ?? '') : undefined,
    env: ([name = '']) => env[name] ?? '',
    steps: ([id = '', member, name = '']) => {
      const step = byId[id]
      if (member === 'outcome') return step?.outcome
      return member === 'outputs' && step !== undefined ? (step.outputs[name] ?? '') : undefined
    },
  }
  const lookup: Lookup = (name) => {
    if (name === 'cancelled()') return false
    if (name === 'failure()') return found.failed
    if (name === 'success()') return !found.failed
    const [context = '', ...rest] = name.split('.')
    const value = contexts[context]?.(rest)
    if (value === undefined) throw new Error(`The action asks for ${name}, which the test does not know`)
    return value
  }

  const runStep = async (step: Extract<ActionStep, { run: string }>) => {
    const kept = Object.fromEntries(files.map((name) => [name, path.join(place, name)]))
    for (const file of Object.values(kept)) writeFileSync(file, '')
    const { code, printed } = await bash(step.run, workspace, {
      PATH: programs.join(':'),
      HOME: place,
      CHECKPOINT_DISABLE: '1',
      GITHUB_ACTION_PATH: projectRoot,
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temporary,
      ...env,
      ...kept,
      ...Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, filled(text, lookup)])),
    })
    const [outputs = '', paths = '', summary = ''] = files.map((name) => readFileSync(path.join(place, name), 'utf8'))
    found.printed += printed
    found.summary += summary
    programs.unshift(
      ...paths
        .split('\n')
        .filter((line) => line !== '')
        .toReversed(),
    )
    return { outcome: code === 0 ? 'success' : 'failure', outputs: pairsIn(outputs) }
  }

  try {
    for (const step of action.runs.steps) {
      const runs = holds(step.if, lookup)
      // What it uses is not at hand, but what it is given can be read.
      if ('uses' in step) for (const text of Object.values(step.with)) filled(String(text), lookup)
      const notRun = { outcome: runs ? 'success' : 'skipped', outputs: {} }
      const came = runs && 'run' in step ? await runStep(step) : notRun
      if (step.id !== undefined) byId[step.id] = came
      if (runs) steps[nameOf(step)] = came.outcome
      found.failed ||= came.outcome === 'failure'
    }
    const outputs = Object.fromEntries(
      Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value, lookup)]),
    )
    return { outcome: found.failed ? 'failure' : 'success', ...found, ...shownBy(found.printed), outputs, steps }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
