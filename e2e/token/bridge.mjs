// A bridge that speaks Fortify's protocol over any PKCS#11 module: the same frames, the same ratchet, the same action
// names as the desktop application, with the token's own cryptography behind them. It runs as a child process: the
// parent answers what a person would (approve, PIN) and can order the faults that real hardware shows.
//
// IPC in:  { set: { approve, pin, fault } } | { insert: true } | { remove: true } | { stop: true }
// IPC out: { ready: port } | { challenge: code } | { action: name } | { pinAsked: true }
import { webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import * as R from '2key-ratchet'
import { challenge as pairingCode } from '@webcrypto-local/core'
import * as P from '@webcrypto-local/proto'
import { Crypto } from 'node-webcrypto-p11'
import { WebSocketServer } from 'ws'

R.setEngine('node', webcrypto)

const options = JSON.parse(process.env.BRIDGE_OPTIONS ?? '{}')
const { module = '/usr/lib/softhsm/libsofthsm2.so', port = 31337, certFile, keyFile, slots = [0] } = options

/** What the person at the machine does; `fault` makes one action fail or lie. */
const person = { approve: true, pin: '12345678', fault: null }

const list = async (items) => (await P.ArrayStringConverter.set(items)).slice().buffer
const byte = (flag) => new Uint8Array([flag ? 1 : 0]).buffer

/** PKCS#11 return values as Fortify passes them on. */
const CKR = {
  CKR_DEVICE_REMOVED: 0x32,
  CKR_PIN_INCORRECT: 0xa0,
  CKR_PIN_LOCKED: 0xa4,
  CKR_TOKEN_NOT_PRESENT: 0xe0,
  CKR_FUNCTION_CANCELED: 0x50,
  CKR_MECHANISM_INVALID: 0x70,
}
const pkcs11Error = (name) => new P.ErrorProto(name, CKR[name] ?? 6, 'pkcs11')

function openSlot(slot) {
  const crypto = new Crypto({ library: module, name: 'SoftHSM', slot, readWrite: false })
  const algorithms = options.algorithms ?? ['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'ECDSA']
  const id = webcryptoHex(`${crypto.info?.token?.serialNumber ?? ''}${slot}`)
  return { id, crypto, algorithms, present: true, keys: new Map(), certificates: new Map() }
}

function webcryptoHex(text) {
  return Buffer.from(text, 'utf8').toString('hex').padEnd(64, '0').slice(0, 64)
}

const tokens = slots.map(openSlot)

function describe(token) {
  const slot = token.crypto.slot
  const info = slot.getToken()
  const proto = new P.ProviderCryptoProto({
    id: token.id,
    name: info.label.trim(),
    card: 'SoftHSM',
    readOnly: true,
    atr: '3b00',
    isHardware: true,
    isRemovable: true,
    library: module,
    algorithms: token.algorithms,
    token: {
      label: info.label.trim(),
      manufacturerID: info.manufacturerID.trim(),
      model: info.model.trim(),
      serialNumber: info.serialNumber.trim(),
      flags: options.tokenFlags ?? info.flags,
      hardwareVersion: { major: 1, minor: 0 },
      firmwareVersion: { major: 1, minor: 0 },
      maxSessionCount: 0,
      sessionCount: 0,
      maxRwSessionCount: 0,
      rwSessionCount: 0,
      maxPinLen: 255,
      minPinLen: 4,
      totalPublicMemory: 0,
      freePublicMemory: 0,
      totalPrivateMemory: 0,
      freePrivateMemory: 0,
    },
  })
  return proto
}

function tokenOf(id) {
  const token = tokens.find((candidate) => candidate.id === id)
  if (!token || !token.present) throw pkcs11Error('CKR_TOKEN_NOT_PRESENT')
  return token
}

async function login(token) {
  if (token.crypto.isLoggedIn) return
  process.send?.({ pinAsked: true })
  const pin = await Promise.resolve(person.pin)
  if (person.fault === 'pin-locked') throw pkcs11Error('CKR_PIN_LOCKED')
  if (pin === null) throw pkcs11Error('CKR_FUNCTION_CANCELED')
  try {
    token.crypto.login(pin)
  } catch (error) {
    throw String(error?.message ?? error).includes('CKR_PIN_INCORRECT') ? pkcs11Error('CKR_PIN_INCORRECT') : error
  }
}

async function keyProto(token, action) {
  const algorithm = action.algorithm?.isEmpty() ? undefined : action.algorithm?.toAlgorithm()
  const key = algorithm?.name
    ? await token.crypto.keyStorage.getItem(action.key, algorithm, false, action.keyUsages)
    : await token.crypto.keyStorage.getItem(action.key)
  if (!key) throw new P.ErrorProto('key not found', 0x82, 'pkcs11')
  const id = `${action.key}#${token.keys.size}`
  token.keys.set(id, key)
  const proto = new P.CryptoKeyProto()
  proto.providerID = token.id
  proto.id = Buffer.from(id).toString('hex')
  proto.type = key.type
  proto.extractable = false
  proto.usages = [...key.usages]
  const plain = { ...key.algorithm }
  if (plain.hash) plain.hash = { name: plain.hash.name ?? plain.hash }
  proto.algorithm = plain
  return proto.exportProto()
}

async function certificateProto(token, action) {
  const certificate = await token.crypto.certStorage.getItem(action.key)
  const id = Buffer.from(action.key).toString('hex')
  token.certificates.set(id, certificate)
  const proto = new P.CryptoX509CertificateProto()
  proto.providerID = token.id
  proto.id = id
  proto.type = 'x509'
  proto.label = certificate.label ?? ''
  proto.token = true
  proto.sensitive = false
  proto.serialNumber = certificate.serialNumber
  proto.issuerName = certificate.issuerName
  proto.subjectName = certificate.subjectName
  proto.notBefore = certificate.notBefore
  proto.notAfter = certificate.notAfter
  const publicKey = certificate.publicKey
  proto.publicKey.providerID = token.id
  proto.publicKey.id = `${id}00`
  proto.publicKey.type = 'public'
  proto.publicKey.extractable = true
  proto.publicKey.usages = ['verify']
  const plain = { ...publicKey.algorithm }
  if (plain.hash) plain.hash = { name: plain.hash.name ?? plain.hash }
  proto.publicKey.algorithm = plain
  return proto.exportProto()
}

async function sign(token, action) {
  if (person.fault === 'removed-while-signing') {
    token.present = false
    throw pkcs11Error('CKR_DEVICE_REMOVED')
  }
  if (person.fault === 'hang') return new Promise(() => {})
  if (person.fault === 'user-declines') throw pkcs11Error('CKR_FUNCTION_CANCELED')
  const key = token.keys.get(Buffer.from(action.key.id, 'hex').toString())
  const signature = await token.crypto.subtle.sign(action.algorithm.toAlgorithm(), key, action.data)
  const bytes = new Uint8Array(signature)
  if (person.fault === 'bad-signature') bytes[bytes.length - 1] ^= 1
  if (person.fault === 'wrong-length') return bytes.slice(0, 17).buffer
  return bytes.buffer
}

async function chain(token, action) {
  const result = new P.CertificateStorageGetChainResultProto()
  const own =
    token.certificates.get(Buffer.from(action.item.id, 'hex').toString('hex')) ?? token.certificates.get(action.item.id)
  const all = []
  for (const key of await token.crypto.certStorage.keys()) all.push(await token.crypto.certStorage.getItem(key))
  const seen = new Set()
  let current = own
  while (current && !seen.has(current.serialNumber + current.subjectName)) {
    seen.add(current.serialNumber + current.subjectName)
    const item = new P.ChainItemProto()
    item.type = 'x509'
    item.value = await token.crypto.certStorage.exportCert('raw', current)
    result.items.push(item)
    const issuer = current.issuerName
    current = issuer === current.subjectName ? undefined : all.find((candidate) => candidate.subjectName === issuer)
  }
  return result.exportProto()
}

/** Action name -> answer. Everything else is refused by name, as the desktop application does. */
const handlers = {
  'server/isLoggedIn': async (_action, session) => byte(approved.has(session.identityId())),
  'server/login': async (_action, session) => {
    if (approved.has(session.identityId())) return undefined
    process.send?.({ challenge: await session.code() })
    // Null: the person still compares the codes.
    while (person.approve === null) await new Promise((resolve) => setTimeout(resolve, 50))
    if (!person.approve) throw new P.ErrorProto('PIN is not approved', 105, 'server')
    approved.add(session.identityId())
    return undefined
  },
  'provider/action/info': async () => {
    const info = new P.ProviderInfoProto()
    info.name = 'Bridge'
    info.providers = tokens.filter((token) => token.present).map(describe)
    return info.exportProto()
  },
  'provider/action/getCrypto': async (raw) => {
    const action = await P.ProviderGetCryptoActionProto.importProto(raw)
    tokenOf(action.cryptoID)
    return undefined
  },
  'crypto/isLoggedIn': async (raw) =>
    byte(tokenOf((await P.IsLoggedInActionProto.importProto(raw)).providerID).crypto.isLoggedIn),
  'crypto/login': async (raw) => {
    await login(tokenOf((await P.LoginActionProto.importProto(raw)).providerID))
    return undefined
  },
  'crypto/logout': async (raw) => {
    tokenOf((await P.LogoutActionProto.importProto(raw)).providerID).crypto.logout()
    return undefined
  },
  'crypto/keyStorage/keys': async (raw) =>
    list(await tokenOf((await P.KeyStorageKeysActionProto.importProto(raw)).providerID).crypto.keyStorage.keys()),
  'crypto/keyStorage/getItem': async (raw) => {
    const action = await P.KeyStorageGetItemActionProto.importProto(raw)
    return keyProto(tokenOf(action.providerID), action)
  },
  'crypto/certificateStorage/keys': async (raw) =>
    list(
      await tokenOf((await P.CertificateStorageKeysActionProto.importProto(raw)).providerID).crypto.certStorage.keys(),
    ),
  'crypto/certificateStorage/getItem': async (raw) => {
    const action = await P.CertificateStorageGetItemActionProto.importProto(raw)
    return certificateProto(tokenOf(action.providerID), action)
  },
  'crypto/certificateStorage/export': async (raw) => {
    const action = await P.CertificateStorageExportActionProto.importProto(raw)
    const token = tokenOf(action.providerID)
    return token.crypto.certStorage.exportCert('raw', token.certificates.get(action.item.id))
  },
  'crypto/certificateStorage/getChain': async (raw) => {
    const action = await P.CertificateStorageGetChainActionProto.importProto(raw)
    return chain(tokenOf(action.providerID), action)
  },
  'crypto/subtle/sign': async (raw) => {
    const action = await P.SignActionProto.importProto(raw)
    return sign(tokenOf(action.providerID), action)
  },
}

/** Pairings last as long as the process, by the page's signing identity: a second connection is not asked again. */
const approved = new Set()
const identity = await R.Identity.create(0, 1, 0, true)

async function preKey() {
  const bundle = new R.PreKeyBundleProtocol()
  bundle.registrationId = identity.id
  await bundle.identity.fill(identity)
  const signed = identity.signedPreKeys[0]
  bundle.preKeySigned.id = 0
  bundle.preKeySigned.key = signed.publicKey
  await bundle.preKeySigned.sign(identity.signingKey.privateKey)
  return Buffer.from(await bundle.exportProto()).toString('base64')
}

const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, async (request, response) => {
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('Access-Control-Allow-Private-Network', 'true')
  if (request.url !== '/.well-known/webcrypto-socket') {
    response.writeHead(404).end()
    return
  }
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify({ version: '1.10.11', name: 'webcrypto-socket', preKey: await preKey(), providers: [] }))
})
const sockets = new Set()

async function answer(session, socket, buffer) {
  let message
  try {
    message = await R.MessageSignedProtocol.importProto(buffer)
  } catch {
    const first = await R.PreKeyMessageProtocol.importProto(buffer)
    message = first.signedMessage
    session.cipher = await R.AsymmetricRatchet.create(identity, first)
  }
  const plain = await session.cipher.decrypt(message)
  const action = await P.ActionProto.importProto(plain)
  process.send?.({ action: action.action })
  const result = new P.ResultProto(action)
  try {
    const handler = handlers[action.action]
    if (!handler) throw new P.ErrorProto(`Action '${action.action}' is not implemented`, 404, 'server')
    const data = await handler(plain, session)
    if (data) result.data = data
    result.status = true
  } catch (error) {
    result.status = false
    result.error =
      error instanceof P.ErrorProto ? error : new P.ErrorProto(String(error?.message ?? error), 6, 'pkcs11')
  }
  const encrypted = await session.cipher.encrypt(await result.exportProto())
  socket.send(Buffer.from(await encrypted.exportProto()))
}

new WebSocketServer({ server, maxPayload: 1 << 20 }).on('connection', (socket) => {
  const session = {
    cipher: null,
    identityId: () => session.cipher.remoteIdentity.signingKey.id,
    code: () => pairingCode(identity.signingKey.publicKey, session.cipher.remoteIdentity.signingKey),
  }
  sockets.add({ socket, session })
  // The ratchet is ordered: one frame after another.
  let queue = Promise.resolve()
  socket.on('message', (data) => {
    const bytes = new Uint8Array(data).slice().buffer
    queue = queue
      .then(() => answer(session, socket, bytes))
      .catch((error) => {
        process.send?.({ error: String(error?.stack ?? error) })
        socket.close()
      })
  })
  socket.on('close', () => sockets.forEach((entry) => entry.socket === socket && sockets.delete(entry)))
})

async function announce(change) {
  for (const { socket, session } of sockets) {
    if (!session.cipher) continue
    const event = new P.ProviderTokenEventProto()
    event.added = change.added ?? []
    event.removed = change.removed ?? []
    const encrypted = await session.cipher.encrypt(await event.exportProto())
    socket.send(Buffer.from(await encrypted.exportProto()))
  }
}

process.on('message', (message) => {
  if (message.set) Object.assign(person, message.set)
  if (message.logout) for (const token of tokens) if (token.crypto.isLoggedIn) token.crypto.logout()
  if (message.forget) approved.clear()
  if (message.remove) {
    const removed = tokens.map(describe)
    for (const token of tokens) token.present = false
    void announce({ removed })
  }
  if (message.insert) {
    for (const token of tokens) token.present = true
    void announce({ added: tokens.map(describe) })
  }
  if (message.stop) process.exit(0)
  process.send?.({ done: message.id })
})
process.on('disconnect', () => process.exit(0))

server.listen(port, '127.0.0.1', () => process.send?.({ ready: server.address().port }))
