import { Argument, InvalidArgumentError, Option } from 'commander'
import type { z } from 'zod'
import { logLevels } from '../adapters/config/configuration.ts'
import { ClientId, StateName, TenantId } from '../domain/vocabulary.ts'

/** `--config FILE`, for every command that needs the configuration. */
export const configOption = (): Option =>
  new Option('-c, --config <file>', 'configuration file (also: NEXUS_CONFIG; otherwise nexus.yaml)')

/** `--log-level LEVEL`, for every command that writes a log. */
export const logLevelOption = (otherwise = ''): Option =>
  new Option('--log-level <level>', `least severe level that is logged (also: NEXUS_LOG_LEVEL${otherwise})`)
    .choices(logLevels)
    .env('NEXUS_LOG_LEVEL')

/** `--json`, for every command whose answer a pipeline would read. */
export const jsonOption = (what: string): Option => new Option('--json', what)

/** `--url URL`, for every command that asks the API. */
export const urlOption = (): Option => new Option('--url <url>', "where Nexus' API is reached (also: NEXUS_URL)")

/** `--watch`, for every command that shows how something stands. */
export const watchOption = (): Option =>
  new Option(
    '-w, --watch',
    'show it again every 2 s, or as it changes, until Ctrl-C; without a terminal, print a line of JSON for each change',
  )

/** `--yes`, for every command that asks before it takes something away. */
export const yesOption = (): Option => new Option('-y, --yes', 'do not ask first')

/** Whose credentials a command that asks the API uses, for its help. */
export const callerText =
  'The API is called as the service account of NEXUS_USERNAME and NEXUS_PASSWORD, or as the user of NEXUS_TOKEN and\n' +
  'NEXUS_APPLICATION_TOKEN.'

/** The same, with the permissions that the command needs. */
export const credentialsText = (needs: string): string => `${callerText} Needed: ${needs}.`

/** Where a command works that needs no API, for its help. @param needs the permissions where it asks the API */
export const placeText = (needs: string): string =>
  'It works on the store of the configuration. With --url, or with NEXUS_URL and no --config, it calls the API instead.\n' +
  credentialsText(needs)

/** Parses a text by its shape. */
export const parsedBy =
  (shape: z.ZodType<string>) =>
  (raw: string): string => {
    const parsed = shape.safeParse(raw)
    if (parsed.success) return parsed.data
    const message = parsed.error.issues[0]?.message ?? ''
    throw new InvalidArgumentError(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`)
  }

export const tenantArgument = (): Argument =>
  new Argument('<tenant>', 'id of a tenant in the configuration').argParser(parsedBy(TenantId))

export const clientArgument = (name = '<client>', what = 'id of a client'): Argument =>
  new Argument(name, what).argParser(parsedBy(ClientId))

export const stateArgument = (): Argument =>
  new Argument('<name>', 'name of a Terraform state of the tenant').argParser(parsedBy(StateName))

/** Parses ids of tenants with commas between them: one at least, each once. */
export const tenantIds = (raw: string): readonly string[] => [...new Set(raw.split(',').map(parsedBy(TenantId)))]

/** Parses a whole number within bounds. */
export const wholeNumber =
  (least: number, most: number) =>
  (raw: string): number => {
    const value = /^-?\d+$/.test(raw) ? Number(raw) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }

/** For options that may be given several times. */
export const collect = (raw: string, before: readonly string[] = []): readonly string[] => [...before, raw]
