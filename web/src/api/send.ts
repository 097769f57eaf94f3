// One request. Whatever goes wrong is a Refusal (the server said why) or Gone (nobody answered).

import { connection } from './connection.svelte.ts'
import { Refusal, problemOf } from './problem.ts'

const BASE = '/api/v1'

export interface Sending {
  body?: unknown
  query?: Record<string, string | undefined>
  headers?: Record<string, string>
  /** Lets the request outlive the page. */
  keepalive?: boolean
  signal?: AbortSignal
}

export async function respond(method: string, path: string, sending: Sending = {}): Promise<Response> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(sending.query ?? {})) if (value !== undefined) query.set(name, value)
  const headers: Record<string, string> = { ...sending.headers }
  if (method !== 'GET') headers['Content-Type'] = 'application/json'
  const address = BASE + path + (query.size ? `?${query}` : '')
  const response = await fetch(address, {
    method,
    headers,
    body: method === 'GET' ? undefined : JSON.stringify(sending.body ?? {}),
    keepalive: sending.keepalive,
    signal: sending.signal,
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw connection.lost()
  })
  connection.found()
  if (!response.ok) throw new Refusal(problemOf(response.status, await response.json().catch(() => null)))
  return response
}

export async function send<T>(method: string, path: string, sending: Sending = {}): Promise<T> {
  const response = await respond(method, path, sending)
  return (response.status === 204 ? undefined : await response.json()) as T
}
