import { expect, test } from 'vitest'
import { segments } from './segments.ts'

const text = 'abcdefghij'

test.each([
  ['no marks', [], [['abcdefghij', '']]],
  ['one', [{ id: 'x', start: 2, end: 4 }], [['ab', ''], ['cd', 'x'], ['efghij', '']]],
  ['overlapping', [{ id: 'x', start: 0, end: 5 }, { id: 'y', start: 3, end: 8 }], [['abc', 'x'], ['de', 'xy'], ['fgh', 'y'], ['ij', '']]],
  ['one in another', [{ id: 'x', start: 0, end: 10 }, { id: 'y', start: 4, end: 5 }], [['abcd', 'x'], ['e', 'xy'], ['fghij', 'x']]],
  ['the same twice', [{ id: 'x', start: 1, end: 3 }, { id: 'x', start: 1, end: 3 }], [['a', ''], ['bc', 'x'], ['defghij', '']]],
  ['touching of one kind', [{ id: 'x', start: 0, end: 2 }, { id: 'x', start: 2, end: 4 }], [['abcd', 'x'], ['efghij', '']]],
  ['empty or outside', [{ id: 'x', start: 3, end: 3 }, { id: 'y', start: 20, end: 30 }, { id: 'z', start: 8, end: 30 }], [['abcdefgh', ''], ['ij', 'z']]],
])('%s', (_, marks, expected) => {
  const cut = segments(text, marks)
  expect(cut.map((segment) => [segment.text, segment.ids.join('')])).toEqual(expected)
  expect(cut.map((segment) => segment.text).join('')).toBe(text)
})

test('an empty text has no stretches', () => expect(segments('', [{ id: 'x', start: 0, end: 3 }])).toEqual([]))
