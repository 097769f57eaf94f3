import { expect, test } from 'vitest'
import { digits, milliseconds, moment, percent, short, times } from './figures.ts'

test('digits', () => expect([0, 0.29742, 49.774, 184842, null, NaN].map(digits)).toEqual(['0', '0.297', '49.8', '184,842', '–', '–']))
test('short', () => expect([9999, 110213, 2.5e6, null].map(short)).toEqual(['9,999', '110k', '2.5M', '–']))
test('units', () => {
  expect(percent(0.29742)).toBe('29.7 %')
  expect(milliseconds(49.7)).toBe('49.7 ms')
  expect(milliseconds(1234)).toBe('1.23 s')
  expect(times(3.1077)).toBe('3.11×')
  expect([percent(null), milliseconds(null), times(undefined)]).toEqual(['–', '–', '–'])
})
test('moments', () => expect([0, 60, 65.5, 599.96].map(moment)).toEqual(['0:00', '1:00', '1:05.5', '10:00']))
