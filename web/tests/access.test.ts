// The app for whoever uses a keyboard, a screen reader, a small screen, or the dark.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { ANSWER, Server, api, openBrowser, openPage, visit } from './house.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let server: Server
let browser: Browser

beforeAll(async () => {
  server = await new Server().start()
  browser = await openBrowser()
  const { page } = await openPage(browser, server)
  await page.goto('/')
  await api(page, 'POST', '/questions/reliable-api/answers', { text: ANSWER, after: 0 })
  await api(page, 'PUT', '/kit/slots/1', { holds: 'a1' })
  await page.context().close()
})
afterAll(async () => {
  await browser?.close()
  await server?.end()
})

interface Violation {
  id: string
  impact: string
  nodes: { html: string; failureSummary: string }[]
}

/** What axe finds serious or critical, a line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } }
    return (await axe.run()).violations
  })
  return found
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html}\n${node.failureSummary}`))
}

const screens: [string, string, (page: Page) => Promise<unknown>][] = [
  ['home', '/', async () => undefined],
  ['questions', '/questions', async () => undefined],
  ['a question', '/questions/pool-size', async () => undefined],
  ['a reading', '/questions/reliable-api', (page) => page.getByText('What strong answers cover').click()],
  ['labs', '/lab', async () => undefined],
  ['a prediction', '/lab/retry-storm', async () => undefined],
  ['a run', '/lab/retry-storm', async (page) => {
    await page.getByRole('button', { name: 'Skip and run' }).click()
    await page.getByText(/Done:/).waitFor()
    await page.getByText('Load and sizes').click()
    await page.getByText('As a table').first().click()
    await page.getByRole('button', { name: 'Edit the text' }).click()
    await page.getByRole('textbox', { name: 'Scenario' }).waitFor()
  }],
  ['kit', '/kit', async (page) => {
    await page.getByRole('button', { name: 'Tell another example' }).click()
    await page.getByRole('button', { name: 'Add a number' }).click()
  }],
  ['settings', '/settings', async () => undefined],
]

test.each(['light', 'dark'] as const)('axe finds nothing serious, %s', async (colorScheme) => {
  const { page, complaints } = await openPage(browser, server, { colorScheme })
  const found: Record<string, string[]> = {}
  for (const [name, path, prepare] of screens) {
    await visit(page, path)
    await prepare(page)
    const here = await violations(page)
    if (here.length) found[name] = here
  }
  expect(found).toEqual({})
  expect(complaints).toEqual([])
  await page.context().close()
})

test('nothing is wider than a phone', async () => {
  const { page } = await openPage(browser, server, { viewport: { width: 390, height: 844 } })
  for (const [name, path, prepare] of screens) {
    await visit(page, path)
    await prepare(page)
    const { content, screen } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, screen: window.innerWidth }))
    expect(content, name).toBeLessThanOrEqual(screen)
  }
  await page.context().close()
})

test('a run and an answer by keyboard alone', async () => {
  const { page } = await openPage(browser, server)
  const press = async (key: string, times = 1) => {
    for (let count = 0; count < times; count++) await page.keyboard.press(key)
  }
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
  /** Presses Tab until what is focused says this. */
  const reach = async (text: RegExp) => {
    for (let count = 0; count < 60; count++) {
      await press('Tab')
      if (text.test(await focused())) return
    }
    throw new Error(`Tab never reaches ${text}`)
  }
  await visit(page, '/')
  await press('Tab')
  expect(await focused()).toBe('Skip to the content')
  await reach(/^Lab$/)
  await press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Lab' }).waitFor()
  await reach(/retry storm/)
  await press('Enter')
  await page.getByRole('button', { name: 'Skip and run' }).waitFor()
  await expect.poll(() => page.getByRole('button', { name: 'Skip and run' }).isEnabled()).toBe(true)
  await reach(/^Skip and run$/)
  await press('Enter')
  await page.getByText(/Done: 29\.7 %/).waitFor()

  await visit(page, '/questions/stale-read')
  await page.getByLabel('Your answer').focus()
  await page.keyboard.type('A reader saw an old price because the copy was behind.')
  await reach(/^Read my answer$/)
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)
  expect(outline).toBe('solid')
  await press('Enter')
  await page.getByText('An interviewer would ask next').waitFor()
  expect(await focused()).toBe('The reading of your answer')
  await page.context().close()
})

test('the kit prints on two pages at most', async () => {
  const { page } = await openPage(browser, server)
  await visit(page, '/kit')
  await page.getByText('Partners break when').waitFor({ state: 'attached' })
  await page.emulateMedia({ media: 'print' })
  const printed = await page.pdf({ format: 'A4' })
  const pages = printed.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length ?? 0
  expect(pages).toBeGreaterThan(0)
  expect(pages).toBeLessThanOrEqual(2)
  expect(await page.getByRole('button', { name: 'Markdown' }).isVisible()).toBe(false)
  expect(await page.getByText('Partners break when').isVisible()).toBe(true)
  await page.context().close()
})
