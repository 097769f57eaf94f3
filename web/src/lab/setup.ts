// What of a scenario can be changed without touching its text, as the overrides that do it.

import type { ScenarioShape } from '../api/types.ts'

export interface Knob {
  /** The path that it overrides. */
  path: string
  label: string
  /** Who it belongs to: a service or a tenant. */
  of: string
  /** What the scenario says; empty where it says nothing. */
  now: string
  kind: 'whole' | 'rate'
  /** Per second, of a rate that the scenario gives. */
  rate?: number
}

/** The knobs of a scenario: the rate of each tenant, and the size of each service. */
export function knobs(shape: ScenarioShape, text: string): Knob[] {
  const rates = shape.topology.tenants.flatMap(tenantKnobs)
  const sizes = shape.topology.services.flatMap((service) => {
    const at = `services.${service.name}`
    const queue = isMapping(text, service.name, 'queue') ? `${at}.queue.limit` : `${at}.queue`
    return [
      knob(`${at}.replicas`, 'replicas', service.name, shown(service.replicas ?? 1), 'whole'),
      knob(`${at}.workers`, 'workers', service.name, shown(service.workers), 'whole'),
      knob(`${at}.cores`, 'cores', service.name, shown(service.cores), 'whole'),
      knob(queue, 'queue', service.name, shown(service.queue), 'whole'),
    ]
  })
  return [...rates, ...sizes]
}

/** A tenant has a rate, or users who wait for their answers. */
function tenantKnobs({ name, rate_per_s: rate, users }: ScenarioShape['topology']['tenants'][number]): Knob[] {
  const at = `workload.${name}`
  if (users) return [knob(`${at}.users`, 'users', name, String(users), 'whole')]
  return rate ? [{ ...knob(`${at}.rate`, 'rate', name, `${Number(rate.toPrecision(6))}/s`, 'rate'), rate }] : []
}

const knob = (path: string, label: string, of: string, now: string, kind: Knob['kind']): Knob => ({ path, label, of, now, kind })
const shown = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value))

/**
 * Whether a key of a service is written with parts of its own, such as `queue: {limit: 50, order: lifo}`: then only its
 * limit is to be changed.
 */
export function isMapping(text: string, service: string, key: string): boolean {
  let inServices = false
  let inService: number | null = null
  for (const line of text.split('\n')) {
    const body = line.trim()
    if (body === '' || body.startsWith('#')) continue
    const indent = line.length - line.trimStart().length
    if (indent === 0) {
      inServices = body.startsWith('services:')
      inService = null
      continue
    }
    if (inService !== null && indent <= inService) inService = null
    if (inServices && inService === null && body.startsWith(`${service}:`)) inService = indent
    else if (inService !== null && body.startsWith(`${key}:`)) {
      const value = body.slice(key.length + 1).replace(/\s#.*$/, '').trim()
      return value === '' || value.startsWith('{')
    }
  }
  return false
}

/** The overrides in the order of the knobs; what is left empty is none. */
export function overrides(all: readonly Knob[], values: Readonly<Record<string, string>>): string[] {
  return all.flatMap((one) => {
    const value = (values[one.path] ?? '').trim()
    return value === '' ? [] : [`${one.path}=${value}`]
  })
}
