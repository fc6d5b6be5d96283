// app.entry.js - what every page loads. Each island finds its own elements by data- attributes,
// through listeners on the document, so parts that htmx brings later work without a second start.
import 'htmx.org/dist/htmx.esm.js'
import './wire.js'
import './toast.js'
import './dialog.js'
import './palette.js'
import './board.js'
import './edit.js'
import './condition.js'
import './list.js'
import './order.js'
import './keys.js'                // after those who take keys for themselves
import './form.js'
import './live.js'
import './upload.js'
import './copy.js'
