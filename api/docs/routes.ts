import { z } from 'zod'
import { nothing } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { text } from '../routing/answers.ts'
import { docsAsset, docsPage, openApi, problemPage } from './pages.ts'

export const docsRoutes = [
  route({
    method: 'GET',
    path: '/openapi.json',
    requires: nothing,
    action: 'probe',
    handler: openApi,
    document: {
      id: 'getOpenApi',
      tag: 'Probes',
      summary: 'This document.',
      answers: { 200: { description: 'The document', schema: z.looseObject({}) } },
    },
  }),
  route({
    method: 'GET',
    path: '/docs',
    requires: nothing,
    action: 'probe',
    handler: docsPage,
    document: {
      id: 'getDocs',
      tag: 'Probes',
      summary: 'A page to read this document in, and to try it.',
      answers: { 200: { description: 'The page', schema: text, type: 'text/html' } },
    },
  }),
  route({
    method: 'GET',
    path: '/docs/:asset',
    requires: nothing,
    action: 'probe',
    handler: docsAsset,
    document: {
      id: 'getDocsAsset',
      tag: 'Probes',
      summary: 'What that page is made of.',
      answers: { 200: { description: 'A script or a style', schema: text, type: 'text/javascript' } },
      problems: ['not-found'],
    },
  }),
  route({
    method: 'GET',
    path: '/problems/:code',
    requires: nothing,
    action: 'probe',
    handler: problemPage,
    document: {
      id: 'getProblem',
      tag: 'Probes',
      summary: 'What a problem is, and what to do about it: the address that `type` names.',
      answers: { 200: { description: 'A page about it', schema: text, type: 'text/html' } },
      problems: ['not-found'],
    },
  }),
]
