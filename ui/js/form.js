// form.js - nothing typed is lost: leaving a changed form asks first. Double submits are dropped.
import { $, $$, on, word } from './dom.js'
import { asksFirst } from './session.js'

let changed = null
on('input', 'form[data-guard]', (e, form) => { changed = form })
on('submit', 'form', (e, form) => {
  if (!e.defaultPrevented && asksFirst(e, form)) return
  if (form.dataset.sent && form.method === 'post' && !form.hasAttribute('hx-post')) return e.preventDefault()
  if (changed === form) changed = null
  if (form.method === 'post' && !e.defaultPrevented) { form.dataset.sent = '1'; setTimeout(() => delete form.dataset.sent, 4000) }
})
addEventListener('beforeunload', e => { if (changed?.isConnected) e.preventDefault() })
addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(f => delete f.dataset.sent))
on('cancel', 'dialog', e => { if (changed && e.target.contains(changed) && !confirm(word('unsaved'))) e.preventDefault(); else changed = null }, true)
on('change', '[data-submit]', (e, el) => el.form?.requestSubmit())      // a choice that acts at once
on('keydown', 'fieldset.cond input', (e, el) => {                       // Enter adds the condition one is at
  if (e.key === 'Enter' && !e.isComposing) { e.preventDefault(); $('button', el.closest('fieldset')).click() }
})
const first = () => $$('[data-first] :is(input:not([type=hidden],[type=checkbox],[type=radio]),select,textarea)').find(el => el.offsetParent)
const bad = $('.field.bad :is(input,select,textarea),[aria-invalid=true],.both input:checked')
if (bad) bad.focus()
else if (document.activeElement === document.body && !location.hash) first()?.focus()       // what a key opened is typed into, not taken for keys
