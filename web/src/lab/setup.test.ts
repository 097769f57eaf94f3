import { expect, test } from 'vitest'
import type { ScenarioShape } from '../api/types.ts'
import { isMapping, knobs, overrides } from './setup.ts'

const text = `
workload:
  stock: {call: gateway.checkout}
services:
  gateway:
    # queue: {limit: 1}
    queue: 50
  stock:
    queue: {limit: 8, order: lifo}
  slow:
    queue:
      limit: 9
  last: {replicas: 2}
variants:
  gateway:
    queue: {limit: 3}
`

test.each([
  ['gateway', false],
  ['stock', true],
  ['slow', true],
  ['last', false],
  ['absent', false],
])('the queue of %s', (service, expected) => expect(isMapping(text, service, 'queue')).toBe(expected))

test('overrides say only what is filled in', () => {
  const shape = {
    topology: {
      tenants: [{ name: 'shoppers', calls: 'gateway.checkout', rate_per_s: 350 }, { name: 'staff', calls: 'gateway.checkout', users: 20 }],
      services: [{ name: 'stock', replicas: 2, workers: null, cores: 4, queue: 8 }],
    },
  } as unknown as ScenarioShape
  const all = knobs(shape, text)
  expect(all.map((knob) => knob.path)).toEqual([
    'workload.shoppers.rate',
    'workload.staff.users',
    'services.stock.replicas',
    'services.stock.workers',
    'services.stock.cores',
    'services.stock.queue.limit',
  ])
  const values = { 'workload.shoppers.rate': '400/s', 'services.stock.queue.limit': ' 50 ', 'services.stock.cores': '' }
  expect(overrides(all, values)).toEqual(['workload.shoppers.rate=400/s', 'services.stock.queue.limit=50'])
})
