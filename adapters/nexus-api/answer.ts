/** What the API answered. */
export interface RemoteAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

/** The JSON of an answer; undefined where it is none. */
export const jsonOf = ({ body }: RemoteAnswer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
