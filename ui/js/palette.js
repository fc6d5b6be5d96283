// palette.js - find, go, do. The server gives the rows; here only keys and opening.
import Combobox from '@github/combobox-nav'
import { $, on } from './dom.js'

let nav
const box = () => $('#palette'), input = () => $('#palette input'), list = () => $('#palette-list')

function rewire() {
  nav?.destroy()
  $$options()
  nav = new Combobox(input(), list(), { firstOptionSelectionMode: 'selected' })
  nav.start()
}
function $$options() {
  list().querySelectorAll('[role=option]').forEach((el, i) => { el.id = 'hit-' + i })
}

export function openPalette() {
  if (!box()) return false
  if (!box().open) box().showModal()
  input().select()
  htmx.trigger(input(), 'palette')
  return true
}

on('click', '[data-palette]', (e, a) => {
  if (e.ctrlKey || e.metaKey) return
  e.preventDefault()
  a.closest('[popover]')?.hidePopover?.()
  openPalette()
})
document.addEventListener('htmx:after:swap', () => { if (box()?.open) rewire() })
on('close', '#palette', () => nav?.stop(), true)
