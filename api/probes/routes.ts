import { nothing } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { Ok, Readiness } from './answers.ts'
import { readMetrics } from './metrics.ts'
import { readHealth, readReadiness } from './probes.ts'

export const probeRoutes = [
  route({
    method: 'GET',
    path: '/healthz',
    requires: nothing,
    action: 'probe',
    handler: readHealth,
    document: {
      id: 'getHealth',
      tag: 'Probes',
      summary: 'The process answers.',
      answers: { 200: { description: 'It does', schema: Ok } },
    },
  }),
  route({
    method: 'GET',
    path: '/readyz',
    requires: nothing,
    action: 'probe',
    handler: readReadiness,
    document: {
      id: 'getReadiness',
      tag: 'Probes',
      summary: 'The process can take requests.',
      answers: { 200: { description: 'It can', schema: Readiness } },
      problems: ['unavailable'],
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    requires: nothing,
    action: 'probe',
    handler: readMetrics,
    document: {
      id: 'getMetrics',
      tag: 'Probes',
      summary: 'What the process has counted, for Prometheus.',
      description: 'Nothing is here for who comes through a proxy, or where metrics have a port of their own.',
      answers: { 200: { description: "Prometheus' text format", type: 'text/plain' } },
      problems: ['not-found'],
    },
  }),
]
