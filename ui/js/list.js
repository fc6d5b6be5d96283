// list.js - rows and cards under the keys J, K, arrows, X, Space, Enter; selecting many; the bulk bar.
// Rows to select carry <input type=checkbox name=id data-row>; the head's is data-all.
import { $, $$, on } from './dom.js'
import { loadInto } from './dialog.js'

const rows = () => $$('tbody tr[data-href],.cards .card,li[data-href]').filter(r => r.offsetParent)
const at = () => $('tr.at') ?? document.activeElement?.closest('.card,li[data-href]')
const link = row => row?.dataset.href ?? $('a[href]', row)?.getAttribute('href')

function go(step) {
  const all = rows(), i = all.indexOf(at()), next = all[i < 0 ? 0 : Math.max(0, Math.min(all.length - 1, i + step))]
  if (!next) return false
  $$('tr.at').forEach(r => r.classList.remove('at'))
  if (next.matches('tr')) next.classList.add('at')
  else next.focus()
  next.scrollIntoView({ block: 'nearest' })
  return true
}

export function listKey(e, key) {
  if ($('dialog[open]') || e.target.closest('button,a,[role=menu]')) return key === 'j' || key === 'k' ? go(key === 'j' ? 1 : -1) : false
  if (key === 'j' || e.key === 'ArrowDown') return go(1)
  if (key === 'k' || e.key === 'ArrowUp') return go(-1)
  const row = at()
  if (!row) return false
  if (key === 'x') { const box = $('[data-row]', row); box?.click(); return !!box }
  if (e.key === 'Enter') { const to = link(row); if (to) location.assign(to); return !!to }
  if (e.key === ' ') { const to = link(row); if (to) loadInto('peek', 'peek-body', to); return !!to }
  return false
}

let last
function paint() {
  const all = $$('[data-row]'), chosen = all.filter(b => b.checked), head = $('[data-all]'), bar = $('[data-bulk]')
  all.forEach(b => b.closest('tr')?.classList.toggle('on', b.checked))
  if (head) { head.checked = !!all.length && chosen.length === all.length; head.indeterminate = !!chosen.length && chosen.length < all.length }
  if (!bar) return
  bar.hidden = !chosen.length
  const count = $('[data-bulk-count]', bar)
  count.textContent = count.dataset.one.replace('{}', new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: document.documentElement.dataset.digits }).format(chosen.length))
}
on('click', '[data-row]', (e, box) => {
  const all = $$('[data-row]')
  if (e.shiftKey && last) {
    const [a, b] = [all.indexOf(last), all.indexOf(box)].sort((x, y) => x - y)
    all.slice(a, b + 1).forEach(r => { r.checked = box.checked })
  }
  last = box
  paint()
})
on('change', '[data-all]', (e, head) => { $$('[data-row]').forEach(b => { b.checked = head.checked }); paint() })
on('click', '[data-bulk-clear]', () => { $$('[data-row]').forEach(b => { b.checked = false }); paint() })
on('click', 'tr[data-href]', (e, row) => {
  if (e.target.closest('a,button,input,label,[data-edit],form') || getSelection()?.toString()) return
  const to = row.dataset.href
  if (e.ctrlKey || e.metaKey) window.open(to)
  else location.assign(to)
})
document.addEventListener('htmx:after:swap', paint)
paint()
