// order.js - rows put in order: by hand (SortableJS, by their grip) and by their buttons, without asking the server each time.
// The list says where a row has come to: <ul data-order data-place="{name} is column {n} of {all}">. Without it the buttons ask.
import Sortable from 'sortablejs/modular/sortable.core.esm.js'
import { $, $$, on, say } from './dom.js'

const number = n => new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: document.documentElement.dataset.digits }).format(n)
const shown = list => [...list.children].filter(r => $('input', r).checked)
function tell(row) {
  const list = row.parentElement, all = shown(list), at = all.indexOf(row)
  if (at < 0) return
  const slots = { name: $('label', row).textContent.trim(), n: number(at + 1), all: number(all.length) }
  say(list.dataset.place.replace(/{(name|n|all)}/g, (_, slot) => slots[slot]))
}
on('click', '[data-order] :is([name=up], [name=down])', (e, button) => {
  e.preventDefault()
  const row = button.closest('li'), other = button.name === 'up' ? row.previousElementSibling : row.nextElementSibling
  if (button.name === 'up') other?.before(row)
  else other?.after(row)
  button.focus()
  row.scrollIntoView({ block: 'nearest' })
  tell(row)
})
function start() {
  $$('[data-order]').forEach(list => {
    if (list.dataset.sortable) return
    list.dataset.sortable = '1'
    Sortable.create(list, { draggable: 'li', handle: '[data-grip]', animation: matchMedia('(prefers-reduced-motion:reduce)').matches ? 0 : 120,
      onEnd: e => { e.item.removeAttribute('style'); tell(e.item) } })
  })
}
document.addEventListener('htmx:after:swap', start)
start()
