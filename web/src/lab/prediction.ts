// A prediction is an interval that one would bet four to one on. What it is worth is the interval score (Gneiting and
// Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 2007, section 6.2): its width, plus a
// penalty for a miss. It rewards narrow intervals that hold, and cannot be improved by saying other than one believes.

/** What share of such intervals should hold the result. */
export const COVERAGE = 0.8

export interface Interval {
  low: number
  high: number
}
export interface Prediction {
  /** The variant expected to have the most goodput; the empty name is the scenario as written. */
  winner: string | null
  p99_ms: Interval | null
  /** In percent. */
  goodput: Interval | null
}
export interface Scored {
  held: boolean
  /** How far the result lies outside, in the measure's unit; 0 inside. */
  missed_by: number
  side: 'inside' | 'below' | 'above'
  /** Smaller is better; in the measure's unit. */
  score: number
}

/** How an interval did against the result. */
export function scored(interval: Interval, result: number): Scored {
  const width = interval.high - interval.low
  const side = result < interval.low ? 'below' : result > interval.high ? 'above' : 'inside'
  const missed_by = side === 'below' ? interval.low - result : side === 'above' ? result - interval.high : 0
  return { held: side === 'inside', missed_by, side, score: width + (2 / (1 - COVERAGE)) * missed_by }
}

/** What two fields hold as an interval, or what is wrong with them; both empty is no prediction. */
export function interval(low: string, high: string, least: number, most: number): Interval | null | string {
  if (low.trim() === '' && high.trim() === '') return null
  const [from, to] = [number(low), number(high)]
  if (from === null || to === null) return 'Give both ends as numbers, or leave both empty.'
  if (from > to) return 'The low end is above the high end.'
  if (from < least || to > most) return `Stay between ${least} and ${most === Infinity ? 'any number' : most}.`
  return { low: from, high: to }
}

function number(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'))
  return text.trim() === '' || !Number.isFinite(value) ? null : value
}

/** How many past intervals held their result, to set beside the share that should have. */
export function calibration(past: readonly boolean[]): { held: number; of: number; expected: number } {
  return { held: past.filter(Boolean).length, of: past.length, expected: COVERAGE * past.length }
}

/** The name with the most goodput; the first of equals, null where nothing was measured. */
export function winner(goodputs: ReadonlyMap<string, number | null>): string | null {
  let best: [string, number] | null = null
  for (const [name, goodput] of goodputs) if (goodput !== null && (best === null || goodput > best[1])) best = [name, goodput]
  return best ? best[0] : null
}
