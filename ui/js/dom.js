// dom.js - the few words the islands share.
export const $ = (css, root = document) => root.querySelector(css)
export const $$ = (css, root = document) => [...root.querySelectorAll(css)]
export const on = (type, css, run, opts) =>
  document.addEventListener(type, e => { const at = e.target.closest?.(css); if (at) run(e, at) }, opts)

export const word = (name, slot) => ($('#words')?.dataset[name] ?? '').replace('{}', slot ?? '')
export const say = text => { const live = $('#live-words'); if (live) live.textContent = text }
export const isField = el => !!el?.closest?.('input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable=true]')
export const isRtl = () => document.dir === 'rtl'
export const csrf = () => $('meta[name=csrf]')?.content ?? ''

// A POST as a form would send it; the answer's toast is shown. Throws on an error answer.
export async function post(url, fields = {}) {
  const answer = await fetch(url, {
    method: 'POST', credentials: 'same-origin',
    headers: { 'X-CSRF-Token': csrf(), 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
    body: new URLSearchParams({ csrf: csrf(), ...fields }),
  })
  const trigger = answer.headers.get('HX-Trigger')
  if (trigger?.startsWith('{'))
    for (const [name, detail] of Object.entries(JSON.parse(trigger)))
      document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }))
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { answer })
  return answer
}
