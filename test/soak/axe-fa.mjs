// axe-fa.mjs - every main screen in fa under axe-core: test/client/axe.mjs.
import { walk } from '../client/axe.mjs'

await walk('fa')
