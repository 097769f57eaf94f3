// How a service does at a moment, in a word.

import type { RunReport } from '../api/types.ts'

export interface Health {
  word: string
  tone: 'good' | 'warn' | 'bad' | 'plain'
}
export interface Load {
  utilization: number | null
  queue: number | null
  replicas: number | null
  /** What is being done to it at that moment. */
  faults: string[]
}

const BUSY = 0.8
const SATURATED = 0.97

/** The load of a service at a moment, in seconds; at the end where no moment is given. */
export function loadAt(report: RunReport, service: string, moment: number | null): Load {
  const { step_s, series, marks } = report.timeline
  const at = (name: string): number | null => {
    const values = series[`${service}.${name}`] ?? []
    const index = moment === null ? values.length - 1 : Math.min(values.length - 1, Math.max(0, Math.ceil(moment / step_s) - 1))
    return values[index] ?? null
  }
  const now = moment ?? Infinity
  const about = new RegExp(`(^|[^\\w-])${service.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([^\\w-]|$)`)
  const faults = marks.filter((mark) => mark.from_s <= now && now <= mark.to_s && about.test(mark.text)).map((mark) => mark.text)
  return { utilization: at('utilization'), queue: at('queue'), replicas: at('replicas'), faults }
}

export function health(load: Load): Health {
  const busy = load.utilization
  if (busy === null) return { word: load.queue ? 'queueing' : 'no limit', tone: load.queue ? 'warn' : 'plain' }
  if (busy >= SATURATED) return { word: 'saturated', tone: 'bad' }
  if (busy >= BUSY) return { word: 'busy', tone: 'warn' }
  return { word: 'has room', tone: 'good' }
}
