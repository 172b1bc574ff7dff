#!/usr/bin/env node
// `npm start`: the built app under its production headers, and the demo CRM on another site of this machine.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildAll, root } from './build.mjs'
import { fileStore } from './file-store.mjs'
import { serve, serveApp } from './serve.mjs'

const port = Number(process.env.PORT ?? 8080)
buildAll()

const embedders = []
const storage = []
const app = await serveApp({ root: join(root, 'dist/app'), port, embedders, config: { storage } })
console.log(`
Countersign   ${app.origin}/            sign, verify, keys (sample documents: "Try a sample")`)

const crmRoot = join(root, 'dist/crm')
if (existsSync(crmRoot)) {
  // 127.0.0.1 and localhost are two sites to a browser, and both are secure contexts.
  const overrides = { '/settings.json': () => JSON.stringify({ signer: app.origin }) }
  const crm = await serve({ root: crmRoot, host: 'localhost', port: port + 1, overrides, handle: fileStore() })
  embedders.push(crm.origin)
  storage.push(crm.origin)
  console.log(`Demo CRM      ${crm.origin}/            a deal card that embeds the signer from the other site`)
}
console.log('\nCtrl+C stops both.')
