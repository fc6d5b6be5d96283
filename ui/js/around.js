// around.js - a list or a record that is open keeps up with what others do to it, without taking anything away.
//
// live.js hears what changed; here is what becomes of it. The page is fetched once, a moment later (another moment in each
// browser: many may look at the same record), and only where a changed record is shown. In a list the changed rows are
// put in their places; where rows would move, come or go, a line offers it and nothing moves by itself. On a record each
// part (facts, work, what belongs to it) is taken in, unless somebody types in it or the pointer is over it: then it
// waits for that to end, and a line says so.
import { $, $$, word } from './dom.js'

const list = () => $('main form[data-live-rows]'), record = () => $('main [data-live-record]')
const parts = ['.side', '.mid', '.rail']
const wait = 300, spread = 1200, least = 2000
let timer, last = 0, again = false, busy = false
const changed = new Set()
let news = false, held = new Set(), fresh, waiting

// ── which of it is ours ──
export function heard(name) {
  const l = list(), r = record(), all = name === '*'
  if (l && (all || (name.startsWith(l.dataset.liveRows + ':') && rowOf(l, name.split(':')[1])))) {
    changed.add(all ? '*' : name.split(':')[1])
    plan()
  }
  if (r && (all || r.dataset.liveRecord === name)) {
    if (r.matches('form')) return tell(r, word(all ? '' : 'meanwhile'))
    news = true
    plan()
  }
}
function plan() {
  if (busy) { again = true; return }
  timer ??= setTimeout(take, Math.max(wait, last + least - Date.now()) + Math.random() * spread)
}
const rowOf = (root, id) => $(`tr[data-href$="/${CSS.escape(id)}"]`, root)
const idOf = row => row.dataset.href.split('/').pop()

async function take() {
  timer = null
  if (document.hidden) return             // live.js asks for everything when it is seen again
  busy = true
  again = false
  last = Date.now()
  const ids = new Set(changed)
  changed.clear()
  try {
    const answer = await fetch(location.href, { credentials: 'same-origin', headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } })
    if (answer.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      if (ids.size && list()) takeRows(list(), $('form[data-live-rows]', page), ids)
      if (news && record()) { news = false; fresh = $('[data-live-record]', page); held = new Set(parts); takeParts() }
    } else if (record() && !record().matches('form') && answer.status === 404) tell(record(), word('gone'))
  } catch { /* the server is away: who comes back asks for everything */ }
  busy = false
  if (again) plan()
}

// ── a list ──
const isEdited = row => !!$('form.edit', row)
function takeRows(here, there, ids) {
  const shown = $$('tbody tr[data-href]', here), now = there ? $$('tbody tr[data-href]', there) : []
  const byId = new Map(now.map(r => [idOf(r), r]))
  let moved = shown.length !== now.length
  shown.forEach((row, i) => {
    const id = idOf(row), next = byId.get(id)
    moved ||= !now[i] || idOf(now[i]) !== id
    if (!ids.has('*') && !ids.has(id)) return
    if (!next) row.classList.add('gone')
    else if (isEdited(row)) changed.add(id), later(row)
    else if (!sameText(row, next)) replaceRow(row, document.importNode(next, true))
  })
  if (moved) offer(here, there)
  else $('.news', here)?.remove()
}
const sameText = (a, b) => a.cells.length === b.cells.length && [...a.cells].every((c, i) => i === 0 && $('[data-row]', c) ? true : c.innerHTML === b.cells[i].innerHTML)
function replaceRow(row, next) {
  next.className = row.className
  const box = $('[data-row]', row)
  if (box) $('[data-row]', next).checked = box.checked
  const cell = row.contains(document.activeElement) ? [...row.cells].indexOf(document.activeElement.closest('td')) : -1
  const kind = cell < 0 ? null : document.activeElement.matches('td') ? 'td' : document.activeElement.localName
  next.classList.add('fresh')
  row.replaceWith(next)
  htmx.process(next)
  if (cell >= 0) (kind === 'td' ? next.cells[cell] : $(kind, next.cells[cell]))?.focus({ preventScroll: true })
  setTimeout(() => next.classList.remove('fresh'), 2500)
}
function later(row) {                     // its turn comes when the field is left
  const ready = setInterval(() => { if (!row.isConnected || !isEdited(row)) { clearInterval(ready); if (row.isConnected) plan() } }, 400)
}
function offer(here, there) {
  const bar = $('.news', here) ?? line(here, 'button')
  bar.textContent = word('news')
  bar.onclick = () => {
    const chosen = new Set($$('[data-row]:checked', here).map(b => b.value)), body = $('tbody', here)
    bar.remove()
    if (!there || !body) return location.reload()
    body.replaceWith(document.importNode($('tbody', there), true))
    $$('[data-row]', here).forEach(b => { b.checked = chosen.has(b.value) })
    htmx.process(here)
    document.dispatchEvent(new CustomEvent('htmx:after:swap', { detail: {} }))
    here.focus({ preventScroll: true })
  }
}

// ── a record ──
const isTyping = part => {
  const at = document.activeElement
  return !!$('form.edit', part) || $$('textarea,input:not([type=hidden],[type=checkbox],[type=radio],[type=submit])', part).some(i => i.value !== i.defaultValue)
    || (part.contains(at) && at.matches('input,textarea,select')) || !!$('details[open] form', part)
}
const isUnder = part => matchMedia('(hover: hover)').matches && part.matches(':hover')
const place = el => el.id ? '#' + CSS.escape(el.id) : el.dataset.editUrl ? `[data-edit-url="${CSS.escape(el.dataset.editUrl)}"]`
  : el.hasAttribute('href') ? `a[href="${CSS.escape(el.getAttribute('href'))}"]` : null

function takeParts() {
  const r = record()
  let typing = false
  if (!r?.isConnected || !fresh) return
  for (const css of parts) {
    if (!held.has(css)) continue
    const part = $(css, r), next = $(css, fresh)
    if (!part || !next) { held.delete(css); continue }
    if (isTyping(part)) { typing = true; continue }
    if (isUnder(part)) continue
    held.delete(css)
    swap(part, next)
  }
  if (typing) tell(r, word('meanwhile'))
  else $('.news', r)?.remove()
  clearTimeout(waiting)
  if (held.size) waiting = setTimeout(takeParts, 500)
  else fresh = null
}
function swap(part, next) {
  const stay = el => el.innerHTML.replace(/name="once" value="[^"]*"/g, '')
  if (stay(part) === stay(next)) return
  const open = $$('details', part).map(d => d.open), at = part.contains(document.activeElement) ? place(document.activeElement) : null, top = part.scrollTop
  part.replaceChildren(...[...document.importNode(next, true).childNodes])
  const now = $$('details', part)
  if (now.length === open.length) now.forEach((d, i) => { d.open = open[i] })
  part.scrollTop = top
  htmx.process(part)
  if (at) $(at, part)?.focus({ preventScroll: true })
}

// ── a line that says so, quietly ──
function line(root, kind) {
  const bar = document.createElement(kind)
  if (kind === 'button') bar.type = 'button'
  bar.className = kind === 'button' ? 'btn sm news' : 'notice blue news wide'
  bar.setAttribute('role', 'status')
  ;($('.mid', root) ?? root).prepend(bar)
  return bar
}
function tell(root, text) {
  if (text && !$('.news', root)) line(root, 'p').textContent = text
}
