// openapi.mjs - the description of the API is OpenAPI 3.1 by a checker that is not ours.
import { check, finish, needs, Served } from '../client/served.mjs'

needs('test/node_modules/@seriousme', 'test/node_modules is not there (npm ci --prefix test)')
const { Validator } = await import('@seriousme/openapi-schema-validator')

const served = await new Served().start()
const text = await (await fetch(served.base + '/api/v1/openapi.json')).text()
const told = JSON.stringify
const validate = async doc => new Validator().validate(JSON.parse(told(doc)))
const doc = JSON.parse(text)

let r = await validate(doc)
check('the description is valid', r.valid, told(r.errors)?.slice(0, 2000))
check('it says OpenAPI 3.1', /^3\.1\./.test(doc.openapi))

const broken = JSON.parse(text)
broken.paths[Object.keys(broken.paths)[0]].get = { responses: 'none' }
check('the checker refuses a broken one', !(await validate(broken)).valid)

// ── what a checker of the form does not see ──
const ids = new Set(), refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(m => m[1])
for (const [path, item] of Object.entries(doc.paths))
  for (const [method, op] of Object.entries(item)) {
    if (!['get', 'post', 'patch', 'delete'].includes(method)) continue
    check(`${method} ${path} has an id of its own`, op.operationId && !ids.has(op.operationId))
    ids.add(op.operationId)
    const asked = [...path.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort()
    const given = [...(item.parameters ?? []), ...(op.parameters ?? [])].filter(p => p.in === 'path').map(p => p.name).sort()
    check(`${method} ${path} describes its parameters`, told(asked) === told(given), told(given))
  }
check('every reference leads somewhere', refs.length > 0 && refs.every(name => doc.components.schemas[name]))

// ── what is described is what is answered ──
const kinds = { string: 'string', number: 'number', boolean: 'boolean', object: 'object' }
const fits = (schema, v) => {
  if (schema.$ref) return v !== null && typeof v === 'object'
  if (schema.anyOf) return schema.anyOf.some(s => fits(s, v))
  return [schema.type].flat().some(t => t === 'null' ? v === null : t === 'array' ? Array.isArray(v)
    : t === 'integer' ? Number.isInteger(v) : typeof v === kinds[t] && v !== null)
}
for (const [name, body] of [['person', { name: 'A', email: 'a@b.example', tags: ['x'] }], ['company', { name: 'C' }]]) {
  const made = await served.api('POST', name, body), schema = doc.components.schemas[name].properties
  for (const [member, value] of Object.entries(made))
    check(`${name}.${member} is described and fits`, schema[member] && fits(schema[member], value), told(value))
}
await finish(served)
