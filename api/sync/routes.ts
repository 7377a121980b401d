import { changeAnswers } from '../changes/answers.ts'
import { outcomeOfKey } from '../changes/outcome-of-key.ts'
import { clientPath } from '../routing/paths.ts'
import { clientPermission } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { actOnSync, SyncAction } from './act-on-sync.ts'
import { Sync } from './answers.ts'
import { readSync } from './read-sync.ts'

export const syncRoutes = [
  route({
    method: 'GET',
    path: `${clientPath}/sync`,
    requires: clientPermission('read'),
    action: 'client.read',
    handler: readSync,
    document: {
      id: 'getClientSync',
      tag: 'Clients',
      summary: 'Shows what is wanted and what Auth0 has, side by side.',
      answers: { 200: { description: 'Desired, observed, drift and conditions', schema: Sync } },
    },
  }),
  route({
    method: 'POST',
    path: `${clientPath}/sync`,
    requires: clientPermission('write'),
    action: 'client.sync',
    refinedTo: ['sync.retry', 'sync.revert', 'sync.accept'],
    handler: actOnSync,
    refused: outcomeOfKey,
    document: {
      id: 'actOnClientSync',
      tag: 'Clients',
      summary: "Tries again now, puts Nexus' values back, or takes the outside values over.",
      headers: ['Idempotency-Key', 'Prefer'],
      body: { types: ['application/json'], schema: SyncAction, example: { action: 'revert' } },
      answers: changeAnswers(),
      problems: ['managed-by-terraform', 'change-withdrawn', 'unsupported-media-type', 'impossible'],
    },
  }),
]
