import { expect, test } from 'vitest'
import type { Diagnosis as Problem } from '../api/types.ts'
import { diagnostics } from './diagnostics.ts'

const problem = (over: Partial<Problem>): Problem => ({ message: 'wrong', line: 1, column: 1, start: 0, end: 0, ...over })
const text = 'é: 1\nrate: fast'

test('problems stand where they are, overrides elsewhere', () => {
  const checked = {
    problems: [
      problem({ start: 12, end: 16, expected: 'a rate', hint: 'Say 400/s.' }),
      problem({ start: 0, end: 4, in_set: 0 }),
    ],
    remarks: [problem({ message: 'odd', start: 0, end: 2 })],
  }
  expect(diagnostics(text, checked).map((one) => [text.slice(one.from, one.to), one.severity, one.message])).toEqual([
    ['é', 'warning', 'odd'],
    ['fast', 'error', 'wrong\nExpected a rate.\nSay 400/s.'],
  ])
})

test('a place without width or behind the end can still be seen', () => {
  const found = diagnostics(text, { problems: [problem({ start: 6, end: 6 }), problem({ start: 99, end: 99 })], remarks: [] })
  expect(found.map((one) => text.slice(one.from, one.to))).toEqual(['r', 't'])
  expect(diagnostics('', { problems: [problem({ start: 0, end: 0 })], remarks: [] })[0]).toMatchObject({ from: 0, to: 0 })
})
