import { expect, test } from 'vitest'
import { ago, clock, daysUntil, spokenSeconds, words } from './spoken.ts'

test.each([
  ['', 0],
  ['  \n ', 0],
  ['p99 went from 400 ms — to 90 ms.', 8],
  ['größer 数字 של', 3],
])('words of %j', (text, count) => expect(words(text)).toBe(count))

test('a spoken minute has 140 words', () => {
  expect(spokenSeconds(140)).toBe(60)
  expect(spokenSeconds(0)).toBe(0)
})

test('clock', () => expect([0, 65.9, 600, -3].map(clock)).toEqual(['0:00', '1:05', '10:00', '0:00']))

test('days until a day count midnights', () => {
  const evening = new Date(2026, 10, 29, 23, 59)
  expect(['2026-12-01', '2026-11-29', '2026-11-27'].map((day) => daysUntil(day, evening))).toEqual([2, 0, -2])
})

test('ago', () => {
  const now = Date.UTC(2026, 0, 8)
  const minute = 60_000
  expect(ago(now - 10_000, now)).toBe('just now')
  expect(ago(now - minute, now)).toBe('1 minute ago')
  expect(ago(now - 3 * 60 * minute, now)).toBe('3 hours ago')
  expect(ago(now - 3 * 24 * 60 * minute, now)).toBe('3 days ago')
})
