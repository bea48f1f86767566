import type { IncomingMessage } from 'node:http'

/** What a request carries, or why it is refused. */
export type JsonBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'not_json' }

/** Reads at most `bytes_max`; what comes after them stays in the socket. No body at all reads as `{}`. A client that goes away: `not_json`. */
export async function readJsonBody(request: IncomingMessage, bytes_max: number): Promise<JsonBody> {
  if (Number(request.headers['content-length'] ?? 0) > bytes_max) return { kind: 'too_large' }
  const chunks: Buffer[] = []
  let size = 0
  // Not `for await`: leaving such a loop early destroys the socket, and with it the answer.
  const end = await new Promise<'whole' | 'too_large' | 'gone'>((resolve) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= bytes_max) {
        chunks.push(chunk)
        return
      }
      request.pause()
      resolve('too_large')
    })
    request.on('end', () => resolve('whole'))
    request.on('close', () => resolve('gone'))
    request.on('error', () => resolve('gone'))
  })
  if (end === 'too_large') return { kind: 'too_large' }
  return end === 'whole' ? parsed(Buffer.concat(chunks)) : { kind: 'not_json' }
}

function parsed(bytes: Buffer): JsonBody {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { kind: 'json', value: text.trim() === '' ? {} : JSON.parse(text, withoutPrototype) }
  } catch {
    return { kind: 'not_json' }
  }
}

/** A key that would become an object's prototype when somebody copies the value is left out. */
const withoutPrototype = (key: string, value: unknown): unknown => (key === '__proto__' ? undefined : value)
