// copy.js - a button that copies the field it names. Without scripts the field can be marked by hand.
import { on } from './dom.js'
import { toast } from './toast.js'

on('click', '[data-copy]', async (e, button) => {
  const field = document.getElementById(button.dataset.copy)
  field.select()
  try { await navigator.clipboard.writeText(field.value) }
  catch { document.execCommand('copy') }        // an address without TLS has no clipboard
  toast({ text: button.dataset.done })
})
on('focusin', 'input[readonly]', (e, field) => field.select())
