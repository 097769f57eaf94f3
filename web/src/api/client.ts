// One request. Whatever goes wrong is a Refusal (the server said why) or Gone (nobody answered).

import createClient from 'openapi-fetch'
import { connection } from './connection.svelte.ts'
import { Refusal, problemOf } from './problem.ts'
import type { paths } from './schema.d.ts'

async function ask(request: Request): Promise<Response> {
  const response = await fetch(request).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw connection.lost()
  })
  connection.found()
  return response
}

export const client = createClient<paths>({ baseUrl: window.location.origin, fetch: ask })

/** What the server gave, or its refusal. */
export async function given<Value>(asked: Promise<{ data?: Value; error?: unknown; response: Response }>): Promise<Value> {
  const { data, error, response } = await asked
  if (!response.ok) throw new Refusal(problemOf(response.status, error))
  return data as Value
}
