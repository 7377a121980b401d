import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { runAction } from '../../support/github/runner.ts'
import type { Ran } from '../../support/github/runner.ts'
import { pipeline } from '../../support/pipeline.ts'
import type { Stack } from '../../support/stack.ts'

export interface Repository {
  readonly folder: string
  readonly write: (file: string, text: string) => void
  /** Runs the action in it. */
  readonly run: (command: 'plan' | 'apply', inputs?: Readonly<Record<string, string>>) => Promise<Ran>
}

/** Somebody's repository, checked out by a job that uses the action. It goes with the test. */
export const checkOut = (stack: Stack, env: Readonly<Record<string, string>> = {}): Repository => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'nexus-workspace-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return {
    folder,
    write: (file, text) => {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), text)
    },
    run: (command, inputs = {}) =>
      runAction({
        workspace: folder,
        env,
        inputs: {
          command,
          tenant: 'acme',
          'nexus-url': stack.url,
          'nexus-username': pipeline.name,
          'nexus-password': pipeline.password,
          ...inputs,
        },
      }),
  }
}
