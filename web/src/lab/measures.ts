// The figures of a report, row by row, so that two runs can stand side by side.

import type { RunReport } from '../api/types.ts'
import { digits, milliseconds, percent, times } from './figures.ts'

export interface Row {
  label: string
  value: string
}
export interface Group {
  title: string
  rows: Row[]
}

/** All figures of a report. Both of two reports of one scenario have the same rows, unless a variant adds parts. */
export function groups(report: RunReport): Group[] {
  return [
    ...Object.entries(report.endpoints).map(([name, requests]) => ({ title: name, rows: requestRows(requests) })),
    ...tenants(report),
    { title: 'Services', rows: Object.entries(report.services).flatMap(([name, load]) => serviceRows(name, load)) },
    { title: 'Calls', rows: Object.entries(report.calls).flatMap(([name, calls]) => callRows(name, calls)) },
    { title: 'Side effects', rows: Object.entries(report.effects).flatMap(([name, effects]) => effectRows(name, effects)) },
    { title: 'Cost', rows: costRows(report) },
  ].filter((group) => group.rows.length > 0)
}

function requestRows(requests: RunReport['endpoints'][string]): Row[] {
  const failed = Object.entries(requests.failed).filter(([, count]) => count > 0)
  return [
    { label: 'offered', value: digits(requests.offered) },
    { label: 'goodput', value: percent(requests.goodput) },
    { label: 'goodput per second', value: `${digits(requests.goodput_rps)}/s` },
    ...some('degraded', requests.degraded),
    ...some('late', requests.late),
    ...failed.map(([kind, count]) => ({ label: `failed: ${kind}`, value: digits(count) })),
    { label: 'p50', value: milliseconds(requests.latency_ms.p50) },
    { label: 'p99', value: milliseconds(requests.latency_ms.p99) },
    { label: 'p99.9', value: milliseconds(requests.latency_ms.p999) },
  ]
}

/** Tenants one by one, where there are several: one's good day may be another's bad one. */
function tenants(report: RunReport): Group[] {
  const all = Object.entries(report.tenants)
  if (all.length < 2) return []
  const rows = all.flatMap(([name, requests]) => [
    { label: `${name}: goodput`, value: percent(requests.goodput) },
    { label: `${name}: p99`, value: milliseconds(requests.latency_ms.p99) },
  ])
  return [{ title: 'Tenants', rows }]
}

function serviceRows(name: string, load: RunReport['services'][string]): Row[] {
  return [
    ...(load.utilization === null || load.utilization === undefined ? [] : [{ label: `${name}: utilization`, value: percent(load.utilization) }]),
    ...some(`${name}: most waiting`, load.queue_max),
    { label: `${name}: amplification`, value: times(load.amplification) },
    ...some(`${name}: shed`, load.shed ?? 0),
    ...some(`${name}: refused by its limits`, (load.limited ?? 0) + (load.crowded ?? 0)),
    ...(load.replicas_mean === undefined || load.replicas_mean === null ? [] : [{ label: `${name}: replicas, mean`, value: digits(load.replicas_mean) }]),
  ]
}

function callRows(name: string, calls: RunReport['calls'][string]): Row[] {
  return [...some(`${name}: retries`, calls.retries), ...some(`${name}: given up`, calls.timeouts)]
}

function effectRows(name: string, effects: RunReport['effects'][string]): Row[] {
  return [
    { label: `${name}: once`, value: digits(effects.once) },
    { label: `${name}: duplicated`, value: digits(effects.duplicated) },
    { label: `${name}: lost`, value: digits(effects.lost) },
    ...some(`${name}: applied after a failure`, effects.after_failure ?? 0),
  ]
}

function costRows({ cost }: RunReport): Row[] {
  if (!cost) return []
  const unit = cost.currency ? ` ${cost.currency}` : ''
  return [
    { label: 'total', value: digits(cost.total) + unit },
    { label: 'per million good answers', value: digits(cost.per_million_good) + unit },
  ]
}

function some(label: string, count: number): Row[] {
  return count > 0 ? [{ label, value: digits(count) }] : []
}

/** Rows of two reports by their label, in the order of the first. */
export function aligned(first: Row[], second: Row[]): { label: string; values: [string, string] }[] {
  const of = (rows: Row[], label: string) => rows.find((row) => row.label === label)?.value ?? '–'
  const labels = [...new Set([...first, ...second].map((row) => row.label))]
  return labels.map((label) => ({ label, values: [of(first, label), of(second, label)] }))
}

/** A number with its origin, fit for notes. It says that it comes from the lab: it is no production experience. */
export function citation(report: RunReport, variant: string, what: string, value: string): string {
  const scenario = variant ? `${report.scenario} (${variant})` : report.scenario
  return `lab evidence: ${what} ${value}; scenario "${scenario}", digest ${report.digest}, seed ${report.seed}, Brownout ${report.version}`
}
