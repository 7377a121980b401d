import { z } from 'zod'
import type { Simulator } from '../../../simulator/main.ts'
import { recordOf } from '../../../domain/shape.ts'
import { clientsOf } from './clients.ts'
import { serveGrpc } from './grpc.ts'
import { call, dynamic, unknown, unpacked } from './messages.ts'
import type { Answer } from './messages.ts'
import { providerSchema } from './schema.ts'

/**
 * A provider for `auth0_client` that a real terraform talks to, in this process: with the schema of Auth0's, and its habit of
 * sending the whole configuration as soon as anything changes. The protocol is version 5 of
 * https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol, over a connection that terraform is told of.
 */
export interface Auth0Provider {
  /** What terraform needs in its environment. Nothing is downloaded then. */
  readonly env: Readonly<Record<string, string>>
  /** Does something, once, before any further question of terraform's of this kind is answered: those that come meanwhile wait. */
  readonly before: (question: 'ReadResource' | 'PlanResourceChange', act: () => Promise<unknown>) => void
  readonly close: () => Promise<void>
}

const source = 'registry.terraform.io/auth0/auth0'

const bytes = z.instanceof(Uint8Array)
/** A value that terraform sent. */
const sent = z.object({ msgpack: bytes }).transform(({ msgpack }) => unpacked(msgpack))

const nothing = (): object => ({})

const error = (summary: string): object => ({ severity: 'ERROR', summary })

/** What is asked, by its name in the protocol, and what it is answered with. */
const answersBy = (clients: ReturnType<typeof clientsOf>): Readonly<Record<string, Answer>> => ({
  GetSchema: () => providerSchema,
  PrepareProviderConfig: (request) => ({ preparedConfig: z.object({ config: z.unknown() }).parse(request).config }),
  Configure: nothing,
  ValidateResourceTypeConfig: nothing,
  Stop: nothing,
  UpgradeResourceState: (request) => ({
    upgradedState: z.object({ rawState: z.object({ json: bytes }) }).parse(request).rawState,
  }),
  ReadResource: async (request) => {
    const { currentState } = z.object({ currentState: sent }).parse(request)
    return { newState: dynamic(await clients.read(currentState)) }
  },
  PlanResourceChange: (request) => {
    const { priorState, proposedNewState } = z.object({ priorState: sent, proposedNewState: sent }).parse(request)
    // Of a client that is yet to be made nobody knows the id.
    const made = { ...recordOf(proposedNewState), id: unknown, client_id: unknown }
    const planned = priorState === null ? made : proposedNewState
    // With the liberties of the SDK that Auth0's provider is made with.
    return { plannedState: dynamic(planned), legacyTypeSystem: true }
  },
  ApplyResourceChange: async (request) => {
    const { priorState, plannedState, config } = z
      .object({ priorState: sent, plannedState: sent, config: sent })
      .parse(request)
    try {
      return { newState: dynamic(await clients.apply(priorState, plannedState, config)), legacyTypeSystem: true }
    } catch (reason) {
      return { newState: dynamic(priorState), diagnostics: [error(String(reason))], legacyTypeSystem: true }
    }
  },
  ImportResourceState: async (request) => {
    const found = await clients.byId(z.object({ id: z.string() }).parse(request).id)
    if (found === null) return { diagnostics: [error('Auth0 has no such client')] }
    return { importedResources: [{ typeName: 'auth0_client', state: dynamic(found) }] }
  },
})

export const startAuth0Provider = async (simulator: Pick<Simulator, 'url' | 'credential'>): Promise<Auth0Provider> => {
  const acts = new Map<string, () => Promise<unknown>>()
  const methods = Object.entries(answersBy(clientsOf(simulator))).map(([name, answer]) => {
    const method = call(name, async (request) => {
      await acts.get(name)?.()
      return answer(request)
    })
    return [`/tfplugin5.Provider/${name}`, method] as const
  })
  const { port, close } = await serveGrpc(Object.fromEntries(methods))
  const place = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
  }
  return {
    env: { TF_REATTACH_PROVIDERS: JSON.stringify({ [source]: place }) },
    before: (question, act) => {
      let acting: Promise<unknown> | undefined
      acts.set(question, () => (acting ??= act()))
    },
    close,
  }
}
