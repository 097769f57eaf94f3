import { expect, test } from 'vitest'
import { calibration, interval, scored, winner } from './prediction.ts'

test.each([
  [100, { held: true, missed_by: 0, side: 'inside' }, 100],
  [50, { held: true, missed_by: 0, side: 'inside' }, 100],
  [40, { held: false, missed_by: 10, side: 'below' }, 200],
  [170, { held: false, missed_by: 20, side: 'above' }, 300],
])('50 to 150 against %d', (result, expected, score) => {
  const found = scored({ low: 50, high: 150 }, result)
  expect(found).toMatchObject(expected)
  expect(found.score).toBeCloseTo(score, 9)
})

test.each([
  ['', '', null],
  ['10', '20,5', { low: 10, high: 20.5 }],
  ['10', '', 'Give both ends as numbers, or leave both empty.'],
  ['ten', '20', 'Give both ends as numbers, or leave both empty.'],
  ['30', '20', 'The low end is above the high end.'],
  ['30', '120', 'Stay between 0 and 100.'],
  ['-1', '20', 'Stay between 0 and 100.'],
])('%j to %j', (low, high, expected) => expect(interval(low, high, 0, 100)).toEqual(expected))

test('calibration', () => expect(calibration([true, true, false, true, true])).toEqual({ held: 4, of: 5, expected: 4 }))

test('who wins', () => {
  expect(winner(new Map([['', 0.3], ['budget', 0.8], ['bound', 0.8]]))).toBe('budget')
  expect(winner(new Map([['', null]]))).toBeNull()
})
