// What an example and the tradeoff are made of, in the order in which they are told.

import type { Example, Tradeoff } from '../api/types.ts'

export interface Field<Key> {
  key: Key
  name: string
  asks: string
  rows: number
}

export const PARTS: Field<Exclude<keyof Example, 'title' | 'numbers'>>[] = [
  { key: 'system', name: 'System', asks: 'Which system is it, what does it do, and for whom?', rows: 2 },
  { key: 'problem', name: 'Problem', asks: 'What was the real problem, and who felt it?', rows: 3 },
  { key: 'options', name: 'Options', asks: 'Which options did you weigh? One a line, at least two, each with what spoke for or against it.', rows: 3 },
  { key: 'decision', name: 'Decision', asks: 'What did you decide, and what settled it?', rows: 3 },
  { key: 'gave_up', name: 'Gave up', asks: 'What did that decision give up or cost?', rows: 2 },
  { key: 'sequence', name: 'Sequence', asks: 'In which order did you do it? One step a line.', rows: 3 },
  { key: 'risk_control', name: 'Risk control', asks: 'How did you keep each step from doing harm: flag, canary, dual writes, a way back?', rows: 2 },
  { key: 'result', name: 'Result', asks: 'What came of it, in numbers: before and after?', rows: 2 },
  { key: 'own_part', name: 'Own part', asks: 'What did you yourself do, and what did others do?', rows: 2 },
]

export const SIDES: Field<keyof Tradeoff>[] = [
  { key: 'first', name: 'First', asks: 'What would you optimise for first?', rows: 2 },
  { key: 'gives_up', name: 'Gives up', asks: 'What does that give up, against which alternative?', rows: 2 },
  { key: 'because', name: 'Because', asks: 'Why, in which situation: what does it do for reliability, speed, cost or the team?', rows: 3 },
  { key: 'unless', name: 'Unless', asks: 'When would you decide the other way round?', rows: 2 },
]

/** Where a number may come from. The lab is not among them, and never will be. */
export const SOURCES = ['dashboard', 'logs', 'report', 'ticket', 'invoice', 'code', 'memory']

export const emptyExample = (): Example => ({
  title: '',
  system: '',
  problem: '',
  options: '',
  decision: '',
  gave_up: '',
  sequence: '',
  risk_control: '',
  result: '',
  own_part: '',
  numbers: [],
})
