// axe-en.mjs - every main screen in en under axe-core: test/client/axe.mjs.
import { walk } from '../client/axe.mjs'

await walk('en')
