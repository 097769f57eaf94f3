import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { ANSWER, Server, api, openBrowser, openPage, visit } from './house.ts'

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

test('the first minute: from home to a result', async () => {
  const { page, complaints } = await openPage(browser, server)
  await visit(page, '/')
  await page.getByRole('link', { name: 'Cause a brownout' }).click()
  await page.getByRole('group', { name: 'Goodput' }).getByLabel('from').fill('90')
  await page.getByRole('group', { name: 'Goodput' }).getByLabel('to').fill('100')
  await page.getByRole('button', { name: 'Commit and run' }).click()

  await page.getByText(/as written: Done: 29\.7 % goodput/).waitFor()
  const painted = page.locator('figure canvas').first()
  await painted.waitFor()
  expect(await painted.evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
    return pixels.some((value) => value > 0)
  })).toBe(true)
  await page.getByText(/Goodput: 29\.7 %, below it by 60\.3 %/).waitFor()
  expect(await page.getByRole('row', { name: /amplification/ }).filter({ hasText: 'stock' }).textContent()).toContain('3.11×')
  await page.getByText('goodput(gateway.checkout) >= 92%').waitFor()

  await page.getByLabel('Beside it').selectOption('bounded-queue')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText(/bounded-queue: Done: 94/).waitFor()
  expect(complaints).toEqual([])
  await page.context().close()
})

test('a chart is a table too, and a figure can be cited as lab evidence', async () => {
  const { page } = await openPage(browser, server, { permissions: ['clipboard-read', 'clipboard-write'] })
  await visit(page, '/lab/retry-storm')
  await page.getByRole('button', { name: 'Skip and run' }).click()
  await page.getByText('As a table').first().click()
  const table = page.getByRole('region', { name: 'Requests as a table' })
  await table.getByRole('columnheader', { name: 'goodput' }).waitFor()
  expect(await table.getByRole('row').count()).toBeGreaterThan(20)
  await page.getByRole('button', { name: 'Cite goodput', exact: true }).first().click()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toMatch(/^lab evidence: .*goodput 29\.7 %; scenario ".*", digest [0-9a-f]{16}, seed 1, Brownout /)
  await page.context().close()
})

test('problems of a text are shown at their place', async () => {
  const { page, complaints } = await openPage(browser, server)
  await visit(page, '/lab/retry-storm')
  await page.getByRole('button', { name: 'Skip and run' }).click()
  await page.getByText(/Done:/).waitFor()
  await page.getByRole('button', { name: 'Edit the text' }).click()
  const editor = page.getByRole('textbox', { name: 'Scenario' })
  await editor.waitFor()
  // Only lines in view are in the page, so the line is searched for as a person would.
  await editor.click()
  await page.keyboard.press('Control+f')
  await page.keyboard.type('rate: 350/s')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.keyboard.press('End')
  await page.keyboard.type('urious')
  await expect.poll(() => page.locator('.cm-lintRange-error').allTextContents(), { timeout: 10_000 }).toEqual(['/surious'])
  const told = page.getByRole('region', { name: /problem/ })
  const line = await page.locator('.cm-gutterElement:has(.cm-lint-marker-error)').first().evaluate((marker) => {
    const top = marker.getBoundingClientRect().top
    const numbers = [...document.querySelectorAll('.cm-lineNumbers .cm-gutterElement')]
    return numbers.find((number) => Math.abs(number.getBoundingClientRect().top - top) < 2)?.textContent
  })
  expect(await told.textContent()).toContain(`Line ${line}:`)
  expect(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true)

  await page.getByRole('button', { name: 'Undo all changes' }).click()
  await told.waitFor({ state: 'detached' })
  await page.getByText('Load and sizes').click()
  await page.getByRole('group', { name: 'shoppers' }).getByRole('textbox', { name: 'rate' }).fill('many')
  await page.locator('input[aria-invalid=true]').waitFor()
  expect(complaints).toEqual([])
  await page.context().close()
})

test('an answer is read, revised and filed, and the guide opens after it', async () => {
  const { page, complaints } = await openPage(browser, server)
  await visit(page, '/questions')
  await page.getByRole('link', { name: 'How do you design a reliable API' }).click()
  expect(await page.getByText('What strong answers cover').count()).toBe(0)
  await page.getByLabel('Your answer').fill(ANSWER)
  await page.getByText('Draft saved').waitFor()
  await page.getByRole('button', { name: 'Read my answer' }).click()

  await page.getByRole('heading', { name: 'Habits' }).waitFor()
  const marks = page.locator('mark')
  expect(await marks.count()).toBeGreaterThan(0)
  const quote = await page.getByRole('region', { name: 'Habits' }).or(page.locator('section', { hasText: 'Habits' })).locator('blockquote').first().textContent()
  expect(ANSWER).toContain(quote)
  // The guide comes in after the reading, and names the points anew.
  await page.getByText('What strong answers cover').waitFor()
  const before = await marks.count()
  for (const box of await page.getByRole('group', { name: 'Marks in the text' }).getByRole('checkbox').all())
    if (await box.isChecked()) await box.click()
  await expect.poll(() => marks.count()).toBeLessThan(before)
  await page.getByText('An interviewer would ask next').waitFor()
  await page.getByText('What strong answers cover').click()
  await page.getByText('Change without breaking').last().waitFor()

  await page.getByRole('button', { name: 'Revise' }).click()
  await page.getByLabel('Your answer').fill(`${ANSWER} Now every consumer has an owner.`)
  await page.getByRole('button', { name: 'Read my answer' }).click()
  await page.getByText('What changed from version 1 to 2').click()
  expect(await page.locator('ins').textContent()).toContain('every consumer has an owner')

  await page.getByRole('button', { name: /Answer 2/ }).click()
  await page.getByText('In the kit as answer 2').waitFor()
  const kit = await api<{ slots: { slot: string; holds: string }[] }>(page, 'GET', '/kit')
  expect(kit.slots.find((slot) => slot.slot === 'answer-2')?.holds).toBe('a1')
  expect(complaints).toEqual([])
  await page.context().close()
})

test('two windows on one draft: both texts are kept until somebody chooses', async () => {
  const { page } = await openPage(browser, server)
  await visit(page, '/questions/pool-size')
  const other = await page.context().newPage()
  await visit(other, '/questions/pool-size')
  await page.getByLabel('Your answer').fill('Said in the first window.')
  await page.getByText('Draft saved').waitFor()
  await other.getByLabel('Your answer').fill('Said in the second window.')
  await other.getByRole('heading', { name: /changed in another window/ }).waitFor()
  await other.getByText('Said in the first window.').waitFor()
  await other.getByRole('button', { name: 'Go on with this one' }).click()
  await other.getByText('Draft saved').waitFor()
  const draft = await api<{ text: string }>(page, 'GET', '/questions/pool-size/draft')
  expect(draft.text).toBe('Said in the second window.')
  await page.context().close()
})

test('the kit is told, checked for confidential passages and saved as a file', async () => {
  const { page, complaints } = await openPage(browser, server)
  await visit(page, '/kit')
  await page.getByRole('button', { name: 'Tell another example' }).click()
  const form = page.locator('#new-example')
  await form.getByLabel('Title').fill('The queue that nobody bounded')
  await form.getByLabel('Problem').fill('Checkout timed out for 4 % of shoppers; mail anna.muster@example.org wrote from 10.20.30.40.')
  await form.getByRole('button', { name: 'Add a number' }).click()
  await form.getByLabel('Number 1', { exact: true }).fill('4 %')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.locator('#e1').waitFor()

  const tradeoff = page.locator('section', { hasText: 'optimise for first' }).locator('form')
  await tradeoff.getByLabel('First').fill('Being there, before being fast')
  await tradeoff.getByRole('button', { name: 'Save' }).click()
  await tradeoff.getByText('✓ Saved').waitFor()

  await page.getByRole('button', { name: 'Markdown' }).click()
  await page.getByText('may be confidential').waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: /all the same/ }).click()
  const file = await (await download).createReadStream()
  let text = ''
  for await (const piece of file) text += piece
  expect((await download).suggestedFilename()).toBe('kit.md')
  expect(text).toContain('The queue that nobody bounded')
  expect(complaints).toEqual([])
  await page.context().close()
})
