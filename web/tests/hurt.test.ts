// What happens to what somebody wrote when the server dies, and when the text itself is hostile.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Server, api, openBrowser, openPage, visit } from './house.ts'

let server: Server
let browser: Browser

beforeAll(async () => {
  server = await new Server().start()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.end()
})

test('a draft survives a killed server, whatever happens to the page', async () => {
  const server = await new Server().start()
  const { page } = await openPage(browser, server)
  const field = page.getByLabel('Your answer')
  await visit(page, '/questions/reliable-api')
  await field.fill('Saved before.')
  await page.getByText('Draft saved').waitFor()

  await server.kill()
  await field.fill('Saved before. Written into nothing.')
  await page.getByText('Kept in this browser, not saved yet').waitFor()
  await page.getByText('Brownout does not answer.', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Read my answer' }).click()
  await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor()
  expect(await field.inputValue()).toBe('Saved before. Written into nothing.')

  await server.start()
  await page.getByText('Draft saved').waitFor()
  expect((await api<{ text: string }>(page, 'GET', '/questions/reliable-api/draft')).text).toBe('Saved before. Written into nothing.')

  await server.kill()
  await field.fill('Saved before. Written into nothing. And the page is gone too.')
  await page.getByText('Kept in this browser, not saved yet').waitFor()
  await server.start()
  await page.reload()
  await expect.poll(() => field.inputValue()).toBe('Saved before. Written into nothing. And the page is gone too.')
  await page.getByText('Draft saved').waitFor()
  await page.context().close()
  await server.end()
})

test.each([
  ['markup', '<img src=x onerror="document.title=\'owned\'"> <script>document.title="owned"</script> {@html 1} &amp; said the answer.'],
  ['right to left', '\u202eאבג then the pool held 90 connections 🚀 and \u0000\u0007 nothing broke.'.replace('\u0000', '')],
  ['long', 'The queue was full and nobody knew why. '.repeat(250)],
])('hostile text stays text: %s', async (name, text) => {
  const { page, complaints } = await openPage(browser, server)
  const question = { markup: 'pool-size', 'right to left': 'stale-read', long: 'late-events' }[name]!
  await visit(page, `/questions/${question}`)
  await page.getByLabel('Your answer').fill(text)
  await page.getByRole('button', { name: 'Read my answer' }).click()
  await page.getByText('An interviewer would ask next').waitFor()
  const shown = await page.locator('.card.text').evaluate((box) => {
    const copy = box.cloneNode(true) as HTMLElement
    copy.querySelectorAll('.letter').forEach((letter) => (letter.nextSibling?.remove(), letter.remove()))
    return copy.textContent
  })
  expect(shown?.replace(/\s+/g, ' ').trim()).toBe(text.replace(/\s+/g, ' ').trim())

  await visit(page, '/kit')
  await page.getByRole('button', { name: 'Tell another example' }).click()
  const form = page.locator('#new-example')
  await form.getByLabel('Title').fill(text.slice(0, 300))
  await form.getByLabel('System').fill(text)
  await form.getByRole('button', { name: 'Save' }).click()
  await expect.poll(() => page.locator('#new-example').count()).toBe(0)
  await visit(page, '/')
  await page.getByRole('heading', { name: 'Recent work' }).waitFor()
  expect(await page.title()).toBe('Brownout')
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  expect(complaints).toEqual([])
  await page.context().close()
})

test('what is not there is said, with a way on', async () => {
  const { page } = await openPage(browser, server)
  await visit(page, '/nowhere/at/all', 'Nothing is here')
  await page.goto('/questions/no-such-question')
  await page.getByRole('alert').filter({ hasText: 'no-such-question' }).waitFor()
  await page.goto('/lab/%3Cimg%20src%3Dx%3E')
  await page.getByRole('alert').filter({ hasText: '<img src=x>' }).waitFor()
  await page.context().close()
})
