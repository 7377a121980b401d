import { expect, test } from 'vitest'
import { faults } from '../../bench/alerts/faults.ts'
import { alerts } from '../../deploy/monitoring/alerts.ts'

const names = alerts.map(({ name }) => name)

test('npm run alerts has a fault for every alert', () => {
  expect(new Set(faults.map(({ alert }) => alert))).toEqual(new Set(names))
})

test('what may follow from a fault is an alert, and another one', () => {
  for (const { alert, also = {} } of faults) {
    expect(names).toEqual(expect.arrayContaining(Object.keys(also)))
    expect(Object.keys(also)).not.toContain(alert)
  }
})
