// axe-hi.mjs - every main screen in hi under axe-core: test/client/axe.mjs.
import { walk } from '../client/axe.mjs'

await walk('hi')
