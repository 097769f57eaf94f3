import { expect, test } from 'vitest'
import type { RunReport } from '../api/types.ts'
import { aligned, citation, groups } from './measures.ts'

const latency_ms = { mean: 1, p50: 9.1, p90: 1, p99: 49.7, p999: 1500, max: 1 }
const requests = { offered: 59478, ok: 17690, degraded: 0, late: 0, failed: { timeout: 41788, rejected: 0 }, goodput: 0.29742, goodput_rps: 104.06, latency_ms }
const report = {
  scenario: 'A storm',
  digest: '00c6',
  version: '0.1.0',
  seed: 1,
  simulated_s: 180,
  warmup_s: 10,
  events: 1,
  endpoints: { 'gateway.checkout': requests },
  tenants: { shoppers: requests },
  services: { stock: { utilization: 0.912, queue_mean: 1, queue_max: 110458, in_service_mean: 1, amplification: 3.1077 } },
  calls: {},
  effects: {},
  objectives: [],
  timeline: { step_s: 1, series: {}, marks: [] },
} as unknown as RunReport

test('figures are named and have units', () => {
  const found = groups(report)
  expect(found.map((group) => group.title)).toEqual(['gateway.checkout', 'Services'])
  expect(Object.fromEntries(found.flatMap((group) => group.rows.map((row) => [row.label, row.value])))).toEqual({
    offered: '59,478',
    goodput: '29.7 %',
    'goodput per second': '104/s',
    'failed: timeout': '41,788',
    p50: '9.1 ms',
    p99: '49.7 ms',
    'p99.9': '1.5 s',
    'stock: utilization': '91.2 %',
    'stock: most waiting': '110,458',
    'stock: amplification': '3.11×',
  })
})

test('rows stand side by side', () => {
  expect(aligned([{ label: 'a', value: '1' }], [{ label: 'b', value: '2' }, { label: 'a', value: '3' }])).toEqual([
    { label: 'a', values: ['1', '3'] },
    { label: 'b', values: ['–', '2'] },
  ])
})

test('a citation says that it is from the lab', () => {
  expect(citation(report, 'budget', 'goodput', '29.7 %')).toBe(
    'lab evidence: goodput 29.7 %; scenario "A storm (budget)", digest 00c6, seed 1, Brownout 0.1.0',
  )
})
