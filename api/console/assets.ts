import { readFile } from 'node:fs/promises'
import { codeOf } from '../../domain/shape.ts'
import { notFound } from '../http/problem.ts'
import { headerText } from '../http/request.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'
import type { Console } from './console.ts'

/** What the files of the page are, by the end of their names; there are no others. */
const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  webp: 'image/webp',
  woff2: 'font/woff2',
}

/** What the build has compressed beside a file, the smallest first: `index-4fa1.js.br`. */
const packings = [
  { coding: 'br', end: '.br' },
  { coding: 'gzip', end: '.gz' },
] as const

/** A name that leads nowhere else. */
const fileName = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/

/** Whether a browser takes a coding (RFC 9110, 12.5.3). */
const takes = (accepted: string, coding: string): boolean =>
  accepted.split(',').some((one) => {
    const [name = '', weight = ''] = one.split(';')
    return name.trim().toLowerCase() === coding && !/^\s*q=0(?:\.0*)?\s*$/.test(weight)
  })

/** GET /console/assets/{asset}: what the page is made of. A name has the hash of its content, so nothing is asked for twice. */
export const consoleAsset = ({ folder }: Pick<Console, 'folder'>) => {
  const read = async (name: string): Promise<Buffer | undefined> =>
    readFile(new URL(`assets/${name}`, folder)).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
  return async ({ params, headers }: ApiRequest): Promise<ApiResponse> => {
    const name = params['asset'] ?? ''
    const type = types[name.slice(name.lastIndexOf('.') + 1)]
    if (!fileName.test(name) || type === undefined) throw notFound('There is no such file.')
    const accepted = headerText(headers['accept-encoding']) ?? ''
    for (const { coding, end } of packings) {
      const packed = takes(accepted, coding) ? await read(`${name}${end}`) : undefined
      if (packed !== undefined) return file(type, packed, { 'content-encoding': coding })
    }
    const plain = await read(name)
    if (plain === undefined) throw notFound('There is no such file.')
    return file(type, plain, {})
  }
}

const file = (type: string, body: Buffer, more: Readonly<Record<string, string>>): ApiResponse => ({
  status: 200,
  headers: {
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'same-origin',
    vary: 'accept-encoding',
    ...more,
  },
  body,
})
