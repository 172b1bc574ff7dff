import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepFocus } from './kept-focus.ts'

let stop: () => void = () => undefined
beforeEach(() => {
  document.body.innerHTML = `
    <main>
      <h1>Keys</h1>
      <section id="list"><article><button id="delete">Delete</button></article></section>
      <section id="act"><button id="sign">Sign</button></section>
    </main>`
  stop = keepFocus()
})
afterEach(() => {
  stop()
  document.body.innerHTML = ''
})

const at = (selector: string): HTMLElement => document.querySelector<HTMLElement>(selector)!
const settled = () => new Promise((resolve) => setTimeout(resolve, 50))

test('what is gone hands the focus to the nearest heading', async () => {
  at('#delete').focus()
  at('article').remove()
  await settled()
  expect(document.activeElement).toBe(at('h1'))
})

test('what had the focus before this began is remembered too', async () => {
  stop()
  at('#delete').focus()
  stop = keepFocus()
  at('article').remove()
  await settled()
  expect(document.activeElement).toBe(at('h1'))
})

test('what took its place and says so comes first, also when it comes later', async () => {
  at('#sign').focus()
  at('#sign').remove()
  at('h1').remove()
  await settled()
  expect(document.activeElement).toBe(document.body)
  at('#act').innerHTML = '<div data-landing tabindex="-1">Signing</div><h2>More</h2>'
  await settled()
  expect(document.activeElement).toBe(at('[data-landing]'))
})

test('a focus that was only told of when it was lost is kept all the same', async () => {
  const untold = (event: Event) => event.stopPropagation()
  window.addEventListener('focusin', untold, { capture: true })
  at('#delete').focus()
  window.removeEventListener('focusin', untold, { capture: true })
  at('article').remove()
  await settled()
  expect(document.activeElement).toBe(at('h1'))
})

test('what says that it took the place comes before a heading above it, also where all around was replaced', async () => {
  at('#sign').focus()
  at('#act').remove()
  at('main').insertAdjacentHTML('beforeend', '<section><div data-landing tabindex="-1">Signing</div></section>')
  await settled()
  expect(document.activeElement).toBe(at('[data-landing]'))
})

test('what is disabled while it acts has the focus again afterwards', async () => {
  const button = at('#sign') as HTMLButtonElement
  button.focus()
  button.disabled = true
  await settled()
  button.disabled = false
  await settled()
  expect(document.activeElement).toBe(button)
})

test('with a dialog open it stays inside; a place that is hidden is none', async () => {
  at('#sign').focus()
  at('h1').hidden = true
  document.body.insertAdjacentHTML('beforeend', '<dialog><h2>Saved</h2></dialog>')
  ;(at('dialog') as HTMLDialogElement).showModal()
  ;(document.activeElement as HTMLElement | null)?.blur()
  at('#sign').remove()
  await settled()
  expect(at('dialog').contains(document.activeElement)).toBe(true)
})

test('whoever leaves what is still there is not brought back', async () => {
  at('#delete').focus()
  at('#delete').blur()
  await settled()
  at('article').remove()
  await settled()
  expect(document.activeElement).toBe(document.body)
})
