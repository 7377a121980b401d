import type { HttpAnswer } from './http.ts'

/** The JSON of an answer; undefined where it is none. */
export const jsonOf = ({ body }: Pick<HttpAnswer, 'body'>): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
