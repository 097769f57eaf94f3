// Which lines of a report belong into which chart.

import type { RunReport } from '../api/types.ts'

export interface Line {
  label: string
  /** A colour of the palette, from 1. */
  colour: number
  /** Told from others by its dashes too. */
  dash: number[]
  values: (number | null)[]
}
export interface ChartData {
  id: string
  title: string
  unit: string
  /** What to look at. */
  about: string
  times: number[]
  lines: Line[]
}

const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4], [1, 4], [12, 6]]
/** More lines than this in one chart cannot be told apart. */
const MOST_LINES = 6

/** The charts of a run, for one endpoint that tenants call. A chart that has nothing to show is left out. */
export function charts(report: RunReport, endpoint: string): ChartData[] {
  const { step_s, series } = report.timeline
  const times = Array.from({ length: longest(report) }, (_, index) => (index + 1) * step_s)
  const named = (id: string, title: string, unit: string, about: string, lines: Line[]): ChartData => ({ id, title, unit, about, times, lines })
  const outcome = (name: string, label: string, colour: number, dash: number) => line(label, colour, DASHES[dash]!, series[`${endpoint}.${name}`])
  const all = [
    named('requests', 'Requests', '/s', 'Goodput below offered is what users lose: answered late, or failed.', [
      ...outcome('offered_rps', 'offered', 6, 1),
      ...outcome('goodput_rps', 'goodput', 3, 0),
      ...outcome('late_rps', 'late', 5, 2),
      ...outcome('failed_rps', 'failed or shed', 4, 3),
    ]),
    named('latency', 'Latency', 'ms', 'Of requests that got an answer.', [...outcome('p50_ms', 'p50', 1, 0), ...outcome('p99_ms', 'p99', 2, 1)]),
    named('queue', 'Queue', 'waiting', 'Requests that wait for a worker or a core.', perService(series, 'queue', 1)),
    named('utilization', 'Utilization', '%', 'Busy share of the cores, or of the workers.', perService(series, 'utilization', 100)),
    named('replicas', 'Replicas', '', 'Running, those that start or drain included.', perService(series, 'replicas', 1)),
    named('hits', 'Cache hits', '%', 'Share of look-ups that the cache answered.', perService(series, 'hit_ratio', 100)),
    named('lag', 'Messages behind', '', 'Messages that are not worked off yet.', perService(series, 'lag', 1)),
  ]
  return all.filter((chart) => chart.lines.length > 0)
}

function longest(report: RunReport): number {
  return Math.max(0, ...Object.values(report.timeline.series).map((values) => values.length))
}

function line(label: string, colour: number, dash: number[], values: (number | null)[] | undefined): Line[] {
  return values ? [{ label, colour, dash, values }] : []
}

function perService(series: Record<string, (number | null)[]>, suffix: string, factor: number): Line[] {
  const found = Object.entries(series)
    .filter(([name, values]) => name.endsWith(`.${suffix}`) && values.some((value) => value !== null && value > 0))
    .map(([name, values]) => ({ name: name.slice(0, -suffix.length - 1), values, peak: Math.max(...values.map((value) => value ?? 0)) }))
  const most = [...found].sort((a, b) => b.peak - a.peak).slice(0, MOST_LINES)
  const kept = found.filter((one) => most.includes(one))
  return kept.map((one, index) => ({
    label: one.name,
    colour: (index % 6) + 1,
    dash: DASHES[index % DASHES.length]!,
    values: factor === 1 ? one.values : one.values.map((value) => (value === null ? null : value * factor)),
  }))
}

/** Lays a second run over the first: thinner lines of the same colours. */
export function overlaid(first: ChartData, second: ChartData | undefined): { label: string; colour: number; dash: number[]; values: (number | null)[]; faint: boolean }[] {
  const over = second?.lines.map((one) => ({ ...one, faint: true })) ?? []
  return [...first.lines.map((one) => ({ ...one, faint: false })), ...over]
}

/** Which rows of a long series to show as a table: at most so many, evenly spaced, the last among them. */
export function rows(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index)
  const every = Math.ceil(count / most)
  return Array.from({ length: Math.floor(count / every) }, (_, index) => (index + 1) * every - 1)
}
