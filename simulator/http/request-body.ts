import type { IncomingMessage } from 'node:http'
import { refusal, type Answer } from './answer.ts'
import { isObject, parsedJson, type JsonObject } from '../json.ts'

/** A request's body as members, from JSON or from a form; without one, none. What is no object is answered with a 400. */
export const readBody = async (request: IncomingMessage): Promise<{ members: JsonObject } | Answer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  if (text === '') return { members: {} }
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true)
    return { members: Object.fromEntries(new URLSearchParams(text)) }
  const value = parsedJson(text)
  if (value === undefined) return refusal(400, 'Invalid request payload JSON format', 'invalid_body')
  if (isObject(value)) return { members: value }
  return refusal(400, "Payload validation error: 'Expected type object but found another'.", 'invalid_body')
}
