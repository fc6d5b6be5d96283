// dialog.js - <dialog>, menus, and questions. A link with data-dialog-open shows its page's form
// in the shared dialog; without this script it is just that page.
import { $, $$, on, word } from './dom.js'
import { toast } from './toast.js'

export function openDialog(id) {
  const d = document.getElementById(id)
  if (!d || d.open) return !!d
  d.showModal()
  return true
}

export async function loadInto(dialog, body, url) {
  const d = document.getElementById(dialog), to = document.getElementById(body)
  try {
    await htmx.ajax('GET', url, { target: to, swap: 'innerHTML' })
  } catch { return toast({ text: word('offline'), error: true }) }
  if (!to.childElementCount) return location.assign(url)
  if (!d.open) d.showModal()
  $('[autofocus],input:not([type=hidden]),select,textarea', to)?.focus()
}

on('click', 'a[data-dialog-open]', (e, a) => {
  if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return
  e.preventDefault()
  a.closest('[popover]')?.hidePopover()
  loadInto('dialog', 'dialog-body', a.getAttribute('href'))
})
on('click', 'button[data-dialog]', (e, b) => { b.closest('[popover]')?.hidePopover(); if (!openDialog(b.dataset.dialog)) return; e.preventDefault() })
on('click', 'dialog', (e, d) => {             // a click beside the dialog closes it
  if (e.target !== d) return
  const r = d.getBoundingClientRect()
  if (e.clientX < r.left || e.clientX > r.right || e.clientY < r.top || e.clientY > r.bottom) d.requestClose?.() ?? d.close()
})
on('click', '[data-dialog-close]', (e, b) => { e.preventDefault(); b.closest('dialog')?.close() })
document.addEventListener('closeDialog', () => $$('dialog[open]').forEach(d => d.close()))   // HX-Trigger: closeDialog
document.addEventListener('reloadPage', () => location.reload())

on('click', '[data-confirm]', (e, b) => { if (!window.confirm(b.dataset.confirm)) e.preventDefault(), e.stopImmediatePropagation() }, true)

// menus: arrows move, Escape is the browser's
on('keydown', '[data-menu]', (e, menu) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
  if (!step) return
  const items = $$('a,button', menu), at = items.indexOf(document.activeElement)
  items[(at + step + items.length) % items.length]?.focus()
  e.preventDefault()
})
document.addEventListener('toggle', e => {
  if (e.newState === 'open' && e.target.matches?.('[data-menu]')) $('a,button', e.target)?.focus()
}, true)
