import path from 'node:path'
import { decode, encode, ExtensionCodec } from '@msgpack/msgpack'
import protobuf from 'protobufjs'
import type { Method } from './grpc.ts'

/** Messages and values as Terraform and its providers exchange them. */

const { root } = protobuf.loadSync(path.join(import.meta.dirname, 'tfplugin5.proto'))

/** Answers a request, both as objects. */
export type Answer = (request: unknown) => Promise<object> | object

/** A call, with the request and the response of its name in the protocol. */
export const call = (name: string, answer: Answer): Method => {
  const [asked, answered] = ['Request', 'Response'].map((part) => root.lookupType(`tfplugin5.${name}.${part}`))
  if (asked === undefined || answered === undefined) throw new Error(`The protocol has no ${name}.`)
  return async (request) => {
    const response = await answer(asked.toObject(asked.decode(request)))
    return Buffer.from(answered.encode(answered.fromObject(response)).finish())
  }
}

/** What Terraform does not know yet. It may tell something of it, as another extension of MessagePack's: it is not known all the same. */
export const unknown = Symbol('not known yet')
const [plain, refined] = [0, 12]
const extensionCodec = new ExtensionCodec()
for (const type of [plain, refined])
  extensionCodec.register({
    type,
    encode: (value) => (value === unknown ? Uint8Array.of(0) : null),
    decode: () => unknown,
  })

/** A value that Terraform sent. */
export const unpacked = (bytes: Uint8Array): unknown => decode(bytes, { extensionCodec })

/** A value for Terraform. */
export const dynamic = (value: unknown): { readonly msgpack: Uint8Array } => ({
  msgpack: encode(value, { extensionCodec }),
})
