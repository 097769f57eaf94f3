import { readFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'
import { expect, test } from 'vitest'

test('the types are those of the document: `make api` writes them anew', async () => {
  const made = astToString(await openapiTS(new URL('../../openapi.json', import.meta.url)))
  const kept = readFileSync(new URL('./schema.d.ts', import.meta.url), 'utf8')
  expect(kept.endsWith(made)).toBe(true)
})
