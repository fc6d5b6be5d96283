// axe-bn.mjs - every main screen in bn under axe-core: test/client/axe.mjs.
import { walk } from '../client/axe.mjs'

await walk('bn')
