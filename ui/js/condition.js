// condition.js - once the field of a condition is chosen, it is compared as that field can be, with its own values.
// Without it both are a list of all comparisons and a text, which the server reads all the same.
import { $, on } from './dom.js'

async function renew(field) {
  const at = field.closest('.cond'), asked = field.value
  const answer = await fetch(field.dataset.rest + '?f=' + encodeURIComponent(asked), { credentials: 'same-origin', headers: { 'HX-Request': 'true' } })
  const old = $('.rest', at)
  if (!answer.ok || field.value !== asked || !old) return
  const made = document.createRange().createContextualFragment(await answer.text()).firstElementChild
  if (field.value !== asked) return
  // What was typed meanwhile stays, and so does the place.
  const was = $('[name=v]', old), now = $('[name=v]', made), held = document.activeElement
  if (was.localName === 'input' && now.localName === 'input') now.value = was.value
  const id = old.contains(held) ? held.id : ''
  old.replaceWith(made)
  if (id) $('#' + id, made).focus()
}

on('change', '.cond [data-rest]', (e, field) => renew(field))
on('focusin', '.cond [data-rest]', (e, field) => { if (!field.asked) { field.asked = true; renew(field) } })
