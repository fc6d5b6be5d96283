// edit.js - a value is edited where it stands: click, Enter or F2 brings the form of that one field
// (data-edit-url), Enter saves, Escape leaves, Tab saves and goes on. The server answers with the
// cell itself (outerHTML), or with the form and its error (422), or both values (409).
import { $, on } from './dom.js'

const cell = '[data-edit-url],[data-edit]'
// In a list the cell names its field (data-edit) and the row knows the record.
const address = at => at.dataset.editUrl ?? at.closest('[data-href]').dataset.href + '/field/' + at.dataset.edit
async function edit(at) {
  if ($('form', at)) return
  const was = at.innerHTML
  await htmx.ajax('GET', address(at), { target: at, swap: 'innerHTML' })
  const form = $('form', at)
  if (!form) { at.innerHTML = was; return location.assign(address(at)) }
  form.classList.add('edit')
  form.was = was
  const input = $('input:not([type=hidden]),select,textarea', form)
  input?.focus()
  input?.select?.()
}
const leave = form => { const at = form.closest(cell); at.innerHTML = form.was; at.focus() }

on('click', cell, (e, at) => {
  if (e.target.closest('a:not(.pen),form,button') || getSelection()?.toString()) return
  e.preventDefault()
  edit(at)
})
on('keydown', cell, (e, at) => {
  const form = $('form', at)
  if (!form && (e.key === 'F2' || e.key === 'Enter') && e.target === at) { e.preventDefault(); edit(at) }
  else if (form && e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); leave(form) }
  else if (form && e.key === 'Tab' && form.was !== undefined) form.requestSubmit()
})
// Saved by Enter, the value has the focus again, a form with its error its field. Who went on with Tab is elsewhere already.
document.addEventListener('htmx:after:swap', e => {
  const at = e.detail.ctx?.target
  if (at?.matches?.(cell) && document.activeElement === document.body) ($('form :is(input:not([type=hidden]),select,textarea)', at) ?? at).focus()
})
