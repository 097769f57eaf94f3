import { expect, test } from 'vitest'
import type { KitStatus, SlotStatus } from '../api/types.ts'
import { address, nameOf, nextStep, placeOf, withoutCommand } from './slots.ts'

const slot = (over: Partial<SlotStatus>): SlotStatus => ({ slot: 'answer-1', ready: false, missing: [], partial: [], ...over })
const kit = (...slots: SlotStatus[]): KitStatus => ({ ready: false, slots_ready: 0, slots })

test('names and places', () => {
  expect(nameOf('example-2')).toBe('Example 2')
  expect(address('answer-3')).toBe('3')
  expect(address('example-1')).toBe('example-1')
  expect(placeOf(slot({ about: 'pool-size', holds: 'a1' }))).toBe('/questions/pool-size')
  expect(placeOf(slot({ slot: 'example-1', holds: 'e4' }))).toBe('/kit#e4')
})

test.each([
  ['Why? (brownout example edit e1 --ask)', 'Why?'],
  ['Say it again with what is missing: brownout ask pool-size', 'Say it again with what is missing.'],
  ['What does that give up?', 'What does that give up?'],
])('without the command: %s', (text, plain) => expect(withoutCommand(text)).toBe(plain))

test('the first open slot decides', () => {
  const step = nextStep(kit(slot({ ready: true }), slot({ slot: 'example-1', holds: 'e1', missing: ['the result'], next: 'What came of it? (brownout example edit e1 --ask)' })), 1)
  expect(step).toEqual({ what: 'What came of it?', why: 'Example 1 still lacks the result.', href: '/kit#e1' })
  expect(nextStep(kit(slot({})), 0)?.href).toBe('/questions')
  expect(nextStep(kit(slot({})), 1)?.what).toBe('Put an answer into the kit')
  expect(nextStep(kit(slot({ ready: true })), 1)).toBeNull()
})
