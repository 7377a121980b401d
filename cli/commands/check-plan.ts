import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { z } from 'zod'
import { declaredIn, misgivings, TerraformPlan } from '../../stacks/check-plan.ts'
import { endWith } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { print, printError } from '../terminal/print.ts'

interface Flags {
  readonly stack: string
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const jsonOf = (raw: string, what: string): unknown => {
  try {
    return JSON.parse(raw)
  } catch {
    // What the parser says quotes the text, and a plan holds secrets.
    throw new Failure(`${what} is not JSON.`, 'usage')
  }
}

/** The configuration that a plan was made of: a file, or the folder that it stands in. */
const stackIn = (place: string): unknown => {
  try {
    const file = statSync(place).isDirectory() ? join(place, 'cdk.tf.json') : place
    return jsonOf(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(`${place} holds no stack of nexus synth: ${reasonOf(error)}`, 'usage', { cause: error })
  }
}

const planIn = async (file: string): Promise<TerraformPlan> => {
  const read = async (): Promise<string> => {
    try {
      return file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8')
    } catch (error) {
      throw new Failure(`${file} cannot be read: ${reasonOf(error)}`, 'usage', { cause: error })
    }
  }
  const what = file === '-' ? 'Standard input' : file
  const parsed = TerraformPlan.safeParse(jsonOf(await read(), what))
  if (parsed.success) return parsed.data
  throw new Failure(
    `${what} is not what terraform show -json prints of a saved plan:\n${z.prettifyError(parsed.error)}`,
    'usage',
  )
}

const checkPlan = async (file: string, { stack }: Flags): Promise<void> => {
  const declared = declaredIn(stackIn(stack))
  const found = misgivings(await planIn(file), declared)
  if (found.length === 0) {
    print('The plan makes no client that is not declared, and destroys none.')
    return
  }
  for (const reason of found) printError(reason)
  printError('The plan must not be applied. Run nexus synth again, then terraform init -reconfigure and a new plan.')
  endWith('refused')
}

/** `nexus check-plan`: stops a pipeline before an apply that no stack asks for. */
export const checkPlanCommand = (program: Command): void => {
  program
    .command('check-plan')
    .argument('[file]', 'what terraform show -json prints of a saved plan; otherwise standard input', '-')
    .description('fail if a plan would create a client that no code declares, or destroy one')
    .option('--stack <place>', 'the stack that was planned: its folder, or its cdk.tf.json', '.')
    .addHelpText(
      'after',
      `
Where Auth0 has lost a client since the stack was written, Terraform plans to make it again, empty. A pipeline runs this
between plan and apply. Nothing is asked of Nexus or of Auth0. A plan holds secrets: hand it over by a pipe.

Examples:
  $ terraform plan -out=tfplan && terraform show -json tfplan | nexus check-plan
  $ terraform -chdir=cdktf.out/stacks/acme.prod show -json tfplan | nexus check-plan --stack cdktf.out/stacks/acme.prod`,
    )
    .action(checkPlan)
}
