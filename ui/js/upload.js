// upload.js - files: dropped or chosen, with progress. Without it the input goes with its form.
import { $, csrf, on, word } from './dom.js'

function send(box, file) {
  const bar = $('progress', box), out = $('output', box), data = new FormData(), x = new XMLHttpRequest()
  data.append('csrf', csrf())
  data.append($('input', box).name, file)
  bar.hidden = false
  x.upload.onprogress = e => { if (e.lengthComputable) bar.value = 100 * e.loaded / e.total }
  x.onloadend = () => {
    bar.hidden = true
    out.textContent = x.status >= 200 && x.status < 400 ? `${file.name} ✓` : x.status === 413 ? word('tooLarge') : word('failed')
    if (x.status >= 200 && x.status < 400) box.dispatchEvent(new CustomEvent('uploaded', { bubbles: true, detail: x.responseText }))
  }
  x.open('POST', box.dataset.uploadUrl)
  x.setRequestHeader('X-CSRF-Token', csrf())
  x.send(data)
}
const names = (box, files) => { $('output', box).textContent = [...files].map(f => f.name).join(' · ') }
const usable = box => box.dataset.uploadUrl && box.dataset.uploadUrl !== '#'
on('change', '[data-upload] input[type=file]', (e, input) => { const box = input.closest('[data-upload]'); if (usable(box)) [...input.files].forEach(f => send(box, f)); else names(box, input.files) })
on('dragover', '[data-upload]', (e, box) => { e.preventDefault(); box.classList.add('over') })
on('dragleave', '[data-upload]', (e, box) => box.classList.remove('over'))
on('drop', '[data-upload]', (e, box) => {
  e.preventDefault()
  box.classList.remove('over')
  if (usable(box)) [...e.dataTransfer.files].forEach(f => send(box, f))
  else { $('input', box).files = e.dataTransfer.files; names(box, e.dataTransfer.files) }
})
