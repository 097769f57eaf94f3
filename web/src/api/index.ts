// What the app asks the server for, one function per endpoint.

import { client, given } from './client.ts'
import { events } from './events.ts'
import { Refusal } from './problem.ts'
import type { Draft, Example, Frame, Order, ProblemDetails, RunReport, Tradeoff } from './types.ts'

interface Page<Item> {
  items: Item[]
  next?: string | null
}

/** Every item of a list, page after page. */
async function all<Item>(page: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const { items: more, next } = await page(cursor)
    items.push(...more)
    cursor = next ?? undefined
  } while (cursor)
  return items
}

/** A new key for an action that must happen once, however often it is sent. */
export const onceKey = (): string => crypto.randomUUID()

const of = (id: string) => ({ params: { path: { id } } })

export const home = () => given(client.GET('/api/v1/home'))

export const questions = () => all((cursor) => given(client.GET('/api/v1/questions', { params: { query: { cursor } } })))
export const question = (id: string) => given(client.GET('/api/v1/questions/{id}', of(id)))
export const guide = (id: string) => given(client.GET('/api/v1/questions/{id}/guide', of(id)))
export const draft = (id: string) => given(client.GET('/api/v1/questions/{id}/draft', of(id)))
/** `keepalive` lets the request outlive the page. */
export const saveDraft = (id: string, body: Draft, keepalive = false) =>
  given(client.PUT('/api/v1/questions/{id}/draft', { ...of(id), body, keepalive }))
/** The same text is stored once, however often it is sent. Its draft is gone then. */
export const saveAnswer = (id: string, text: string, after: number) =>
  given(client.POST('/api/v1/questions/{id}/answers', { ...of(id), body: { text, after } }))

export const answers = () => all((cursor) => given(client.GET('/api/v1/answers', { params: { query: { cursor } } })))
export const answer = (id: string) => given(client.GET('/api/v1/answers/{id}', of(id)))

export const kit = () => given(client.GET('/api/v1/kit'))
export const fill = (slot: string, holds: string) =>
  given(client.PUT('/api/v1/kit/slots/{slot}', { params: { path: { slot } }, body: { holds } }))
export const exportKit = (format: 'markdown' | 'html' | 'json') =>
  given(client.GET('/api/v1/kit/export', { params: { query: { format } } }))
export const examples = () => all((cursor) => given(client.GET('/api/v1/examples', { params: { query: { cursor } } })))
export const addExample = (example: Example, key: string) =>
  given(client.POST('/api/v1/examples', { params: { header: { 'Idempotency-Key': key } }, body: { example } }))
export const saveExample = (id: string, example: Example, after: number) =>
  given(client.PUT('/api/v1/examples/{id}', { ...of(id), body: { example, after } }))
export const tradeoff = () => given(client.GET('/api/v1/tradeoff'))
export const saveTradeoff = (tradeoff: Tradeoff, after: number) =>
  given(client.PUT('/api/v1/tradeoff', { body: { tradeoff, after } }))

export const settings = () => given(client.GET('/api/v1/settings'))
export const saveInterview = (interview: string | null, after: number) =>
  given(client.PUT('/api/v1/settings', { body: { interview, after } }))

export const scenarios = () => all((cursor) => given(client.GET('/api/v1/scenarios', { params: { query: { cursor } } })))
export const scenario = (id: string) => given(client.GET('/api/v1/scenarios/{id}', of(id)))
export const check = (text: Omit<Order, 'seed'>, signal?: AbortSignal) =>
  given(client.POST('/api/v1/scenarios/check', { body: text, signal }))

export interface Watching {
  queued: (position: number) => void
  frame: (progress: number, report: RunReport) => void
  signal: AbortSignal
}

/** Runs a scenario and says how it goes; gives the finished report. Aborting cancels the run. */
export async function run(order: Order, { queued, frame, signal }: Watching): Promise<RunReport> {
  const { id } = await given(client.POST('/api/v1/runs', { body: order, signal }))
  const watched = client.GET('/api/v1/runs/{id}/events', { params: { path: { id } }, parseAs: 'stream', signal })
  const stream = await given(watched as Promise<{ data?: ReadableStream<Uint8Array>; error?: unknown; response: Response }>)
  for await (const event of events(stream)) {
    const data: unknown = JSON.parse(event.data)
    if (event.event === 'queued') queued((data as { position: number }).position)
    else if (event.event === 'frame') frame((data as Frame).progress, (data as Frame).report)
    else if (event.event === 'done') return data as RunReport
    else if (event.event === 'failed') throw new Refusal(data as ProblemDetails)
  }
  throw new Error('The run ended without a result. Run it again.')
}
