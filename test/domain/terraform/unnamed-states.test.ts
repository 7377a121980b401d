import { expect, test } from 'vitest'
import { unnamedStatesOf } from '../../../domain/terraform/unnamed-states.ts'
import type { UnnamedState } from '../../../domain/terraform/unnamed-states.ts'

const held = (state: string, clients: number, tenantId = 'acme'): UnnamedState => ({ tenantId, state, clients })
const named = (tenantId: string): string[] => (tenantId === 'acme' ? ['legacy'] : [])
const numbered = (count: number): UnnamedState[] => Array.from({ length: count }, (_, index) => held(`s${index}`, 1))

test('none is nothing to tell', () => {
  expect(unnamedStatesOf([], named)).toEqual([])
})

test('each tenant is told of its own, with the line that gives them power', () => {
  const told = unnamedStatesOf([held('main', 1), held('main', 0, 'globex'), held('apps', 2)], named)
  expect(told).toEqual([
    {
      tenantId: 'acme',
      said: expect.stringMatching(/configuration of acme does not name: main \(1 client\), apps \(2 clients\)\. /),
      remedy: expect.stringContaining('otherStates: [legacy, main, apps].'),
    },
    {
      tenantId: 'globex',
      said: expect.stringMatching(/configuration of globex does not name: main \(0 clients\)\. /),
      remedy: expect.stringContaining('otherStates: [main].'),
    },
  ])
})

test.each([
  { count: 10, says: /s9 \(1 client\)\. / },
  { count: 11, says: /s9 \(1 client\), and 1 more\. / },
  { count: 30, says: /s9 \(1 client\), and 20 more\. / },
])('of $count ten are named, and the line has all of them', ({ count, says }) => {
  const [told] = unnamedStatesOf(numbered(count), named)
  expect(told?.said).toMatch(says)
  expect(told?.said).not.toContain('s10 ')
  expect(told?.remedy).toContain(`s${count - 1}]`)
})
