// What the app asks the server for, one function per endpoint.

import { events } from './events.ts'
import { Refusal, type ProblemDetails } from './problem.ts'
import { respond, send } from './send.ts'
import type * as T from './types.ts'

const at = encodeURIComponent

interface Page<Item> {
  items: Item[]
  next?: string | null
}

/** Every item of a list, page after page. */
async function all<Item>(path: string): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const page = await send<Page<Item>>('GET', path, { query: { cursor } })
    items.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor)
  return items
}

/** A new key for an action that must happen once, however often it is sent. */
export const onceKey = (): string => crypto.randomUUID()

const once = (key: string) => ({ 'Idempotency-Key': key })

export const home = () => send<T.Home>('GET', '/home')

export const questions = () => all<T.QuestionPrompt>('/questions')
export const question = (id: string) => send<T.QuestionPrompt>('GET', `/questions/${at(id)}`)
export const guide = (id: string) => send<T.Guide>('GET', `/questions/${at(id)}/guide`)
export const draft = (id: string) => send<T.Draft>('GET', `/questions/${at(id)}/draft`)
export const saveDraft = (id: string, draft: T.Draft, keepalive = false) =>
  send<T.Draft>('PUT', `/questions/${at(id)}/draft`, { body: draft, keepalive })
/** The same text is stored once, however often it is sent. Its draft is gone then. */
export const saveAnswer = (id: string, text: string, after: number) =>
  send<T.SavedAnswer>('POST', `/questions/${at(id)}/answers`, { body: { text, after } })

export const answers = () => all<T.AnswerSummary>('/answers')
export const answer = (id: string) => send<T.AnswerHistory>('GET', `/answers/${at(id)}`)

export const kit = () => send<T.KitStatus>('GET', '/kit')
export const fill = (slot: string, holds: string) => send<T.KitStatus>('PUT', `/kit/slots/${at(slot)}`, { body: { holds } })
export const exportKit = (format: 'markdown' | 'html' | 'json') => send<T.KitExport>('GET', '/kit/export', { query: { format } })
export const examples = () => all<T.ShownExample>('/examples')
export const addExample = (example: T.Example, key: string) =>
  send<T.ShownExample>('POST', '/examples', { body: { example }, headers: once(key) })
export const saveExample = (id: string, example: T.Example, after: number) =>
  send<T.ShownExample>('PUT', `/examples/${at(id)}`, { body: { example, after } })
export const tradeoff = () => send<T.ShownTradeoff>('GET', '/tradeoff')
export const saveTradeoff = (tradeoff: T.Tradeoff, after: number) => send<T.ShownTradeoff>('PUT', '/tradeoff', { body: { tradeoff, after } })

export const settings = () => send<T.Settings>('GET', '/settings')
export const saveInterview = (interview: string | null, after: number) => send<T.Settings>('PUT', '/settings', { body: { interview, after } })

export const scenarios = () => all<T.ScenarioSummary>('/scenarios')
export const scenario = (id: string) => send<T.ScenarioText>('GET', `/scenarios/${at(id)}`)

/** What is to be run. */
export interface Setup {
  text: string
  variant?: string
  sets: string[]
  seed: number
}

export const check = (setup: Omit<Setup, 'seed'>, signal?: AbortSignal) =>
  send<T.Checked>('POST', '/scenarios/check', { body: setup, signal })

export interface Watching {
  queued?: (position: number) => void
  frame?: (progress: number, report: T.RunReport) => void
  signal?: AbortSignal
}

/** Runs a scenario and says how it goes; gives the finished report. Aborting cancels the run. */
export async function run(setup: Setup, watching: Watching): Promise<T.RunReport> {
  const { id } = await send<{ id: number }>('POST', '/runs', { body: setup, signal: watching.signal })
  const response = await respond('GET', `/runs/${id}/events`, { signal: watching.signal, headers: { Accept: 'text/event-stream' } })
  if (!response.body) throw new Error('The browser gave no stream to read.')
  for await (const event of events(response.body)) {
    const data = JSON.parse(event.data)
    if (event.event === 'queued') watching.queued?.(data.position)
    else if (event.event === 'frame') watching.frame?.(data.progress, data.report)
    else if (event.event === 'done') return data as T.RunReport
    else if (event.event === 'failed') throw new Refusal(data as ProblemDetails)
  }
  throw new Error('The run ended without a result. Run it again.')
}
