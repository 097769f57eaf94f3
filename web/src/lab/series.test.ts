import { expect, test } from 'vitest'
import type { RunReport } from '../api/types.ts'
import { charts, rows } from './series.ts'

const report = {
  timeline: {
    step_s: 0.5,
    series: {
      'gateway.checkout.offered_rps': [10, 12],
      'gateway.checkout.goodput_rps': [10, 2],
      'gateway.checkout.p99_ms': [5, null],
      'gateway.queue': [0, 0],
      'stock.queue': [1, 40],
      'stock.utilization': [0.5, 1],
      'gateway.utilization': [null, null],
    },
    marks: [],
  },
} as unknown as RunReport

test('charts show what there is', () => {
  const found = charts(report, 'gateway.checkout')
  expect(found.map((chart) => [chart.id, chart.lines.map((line) => line.label)])).toEqual([
    ['requests', ['offered', 'goodput']],
    ['latency', ['p99']],
    ['queue', ['stock']],
    ['utilization', ['stock']],
  ])
  expect(found[0]!.times).toEqual([0.5, 1])
  expect(found[3]!.lines[0]!.values).toEqual([50, 100])
})

test('an endpoint that nobody calls has only its services', () => {
  expect(charts(report, 'absent').map((chart) => chart.id)).toEqual(['queue', 'utilization'])
})

test('rows of a table', () => {
  expect(rows(3, 40)).toEqual([0, 1, 2])
  expect(rows(10, 4)).toEqual([2, 5, 8])
  expect(rows(360, 40)).toHaveLength(40)
  expect(rows(360, 40).at(-1)).toBe(359)
  expect(rows(0, 40)).toEqual([])
})
