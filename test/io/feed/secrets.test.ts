import { createServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { closeFrame, FaultServer } from '../../support/fault-server.js'
import { CANARY, HandClock, Rig } from './rig.js'

test('a close reason with the token in it is told without', async () => {
  const server = await FaultServer.start()
  const rig = new Rig({ url: server.url, clock: new HandClock() })
  await rig.until(() => server.logins[0]?.texts.length === 2, 'the subscription')
  server.logins[0]?.raw(closeFrame(1008, `bad ${CANARY.access_token}\u001b[2J`))
  await rig.until(() => rig.told('disconnected').length === 1, 'the end')
  expect(rig.told('disconnected')).toMatchObject([{ reason: 'bad [hidden]\\u{1b}[2J' }])
  expect(JSON.stringify(rig.feed.status())).not.toContain(CANARY.access_token)
})

/** Made for this test with `openssl req -x509 -newkey ec`; it guards nothing. */
const SELF_SIGNED = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUAZXwuKG3nguywrDyf8igypz7g1QwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMDEyNTQxMloYDzIxMjYxMDI3
MTI1NDEyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQY8AAcjVEcZXrfEgcse3rSDu0NOjvz4y949bVwBKHVU+liU4/7KDqV
CqR/Kevrk7mMejKPFSxW37ujF3f/9vhwo2kwZzAdBgNVHQ4EFgQUbTn/CddEhZXC
1H+m2mBG1LM7JbowHwYDVR0jBBgwFoAUbTn/CddEhZXC1H+m2mBG1LM7JbowDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgKXvRNatIWioz4aAiKbNtCfMIB4NHYohr1aWyhDjpSFkCIEGKeJAVRkUC
W4sal9FC7GGNLwJkNeKZxSB2n8v+UJmW
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgP2hNLEzP6RB89Ma0
9Gv9ywHoyNnbv6tXU5ZB5ltgEYyhRANCAAQY8AAcjVEcZXrfEgcse3rSDu0NOjvz
4y949bVwBKHVU+liU4/7KDqVCqR/Kevrk7mMejKPFSxW37ujF3f/9vhw
-----END PRIVATE KEY-----`,
}

test('a self-signed certificate is refused, whatever the environment says', async () => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  onTestFinished(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
  })
  let said = ''
  const server = createServer(SELF_SIGNED, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1')
    })
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const rig = new Rig({ url: `wss://localhost:${port}`, clock: new HandClock() })
  await rig.until(() => rig.told('refused').length === 1, 'a refusal')
  expect(rig.told('refused')).toMatchObject([
    { status: 0, detail: 'the certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)' },
  ])
  expect(said).toBe('')
})
