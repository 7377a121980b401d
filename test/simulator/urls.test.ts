import { expect, test } from 'vitest'
import { formats } from '../../simulator/clients/formats.ts'
import type { UrlKind } from '../../domain/clients/urls/kinds.ts'
import { shapes } from '../domain/clients/urls/shapes.ts'

const formatOf = {
  callback: 'callback-url',
  logout: 'logout-url',
  'web-origin': 'origin-url',
  'cors-origin': 'origin-url',
} as const satisfies Readonly<Partial<Record<UrlKind, string>>>

const accepted = shapes.filter(({ refused, kinds }) => refused === null && !kinds.includes('page'))

test.each(accepted.flatMap((shape) => shape.kinds.map((kind) => ({ ...shape, kind }))))(
  'the simulated tenant takes what Nexus takes: $url as a $kind',
  ({ url, kind }) => {
    expect(kind !== 'page' && formats[formatOf[kind]](url)).toBe(true)
  },
)
