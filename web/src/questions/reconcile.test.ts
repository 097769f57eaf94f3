import { expect, test } from 'vitest'
import { chooseMirror, isConflict, reconcile, type Mirror } from './reconcile.ts'

const mirror = (over: Partial<Mirror>): Mirror => ({ text: 'mine', revision: 'r1', after: 0, sent: null, written_ms: 0, ...over })
const server = (text: string, revision: string) => ({ text, revision, after: 0 })

test.each([
  ['nothing unsaved', null, server('theirs', 'r2'), 'server'],
  ['the same text', mirror({ text: 'theirs' }), server('theirs', 'r9'), 'server'],
  ['typed over what is there', mirror({}), server('older', 'r1'), 'mine'],
  ['the first draft', mirror({ revision: '' }), server('', ''), 'mine'],
  ['the server lost its draft', mirror({}), server('', ''), 'mine'],
  ['the draft is gone, the answer is the same', mirror({}), server('stored', ''), 'mine'],
  ['another version was stored', mirror({ revision: '' }), { text: 'theirs', revision: '', after: 1 }, 'conflict'],
  ['arrived, the acknowledgement did not', mirror({ sent: 'half' }), server('half', 'r2'), 'mine'],
  ['another tab wrote', mirror({}), server('theirs', 'r2'), 'conflict'],
  ['another tab wrote over a first draft', mirror({ revision: '' }), server('theirs', 'r2'), 'conflict'],
  ['nothing to lose', mirror({ text: '  ' }), server('theirs', 'r2'), 'server'],
])('%s', (_, mine, theirs, kind) => expect(reconcile(mine, theirs).kind).toBe(kind))

test('two tabs that say the same do not disagree', () => {
  expect(isConflict('a', 'a')).toBe(false)
  expect(isConflict('a', ' ')).toBe(false)
  expect(isConflict('a', 'b')).toBe(true)
})

test("a tab's own mirror comes first, then the newest", () => {
  const mirrors = new Map([
    ['one', mirror({ text: 'one', written_ms: 1 })],
    ['two', mirror({ text: 'two', written_ms: 2 })],
  ])
  expect(chooseMirror(mirrors, 'one')?.text).toBe('one')
  expect(chooseMirror(mirrors, 'new')?.text).toBe('two')
  expect(chooseMirror(new Map(), 'new')).toBeNull()
})
