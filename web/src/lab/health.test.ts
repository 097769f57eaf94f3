import { expect, test } from 'vitest'
import type { RunReport } from '../api/types.ts'
import { health, loadAt } from './health.ts'

const report = {
  timeline: {
    step_s: 0.5,
    series: { 'stock.utilization': [0.5, 0.9, 1], 'stock.queue': [0, 3, 90] },
    marks: [{ text: 'stock 4x slower', from_s: 0.6, to_s: 1 }, { text: 'stock-copy crashed', from_s: 0, to_s: 2 }],
  },
} as unknown as RunReport

test.each([
  [0, 0.5, 'has room', []],
  [0.5, 0.5, 'has room', []],
  [1, 0.9, 'busy', ['stock 4x slower']],
  [1.2, 1, 'saturated', []],
  [null, 1, 'saturated', []],
])('at %j', (moment, utilization, word, faults) => {
  const load = loadAt(report, 'stock', moment)
  expect(load).toMatchObject({ utilization, faults })
  expect(health(load).word).toBe(word)
})

test('a service without limits', () => {
  expect(health(loadAt(report, 'gateway', null))).toEqual({ word: 'no limit', tone: 'plain' })
})
