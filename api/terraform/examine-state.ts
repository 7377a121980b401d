import { createHash } from 'node:crypto'
import { withNumberAt } from '../../domain/texts/json-text.ts'
import { heldStateOf, readState } from '../../domain/terraform/state.ts'
import type { HeldState } from '../../domain/terraform/state.ts'
import { parseLoose } from '../http/json.ts'
import { Problem } from '../http/problem.ts'

/** A state's text, looked through. */
export interface ExaminedState {
  readonly state: HeldState
  /** In hexadecimal digits. */
  readonly sha256: string
}

/** @throws Problem 400 for what is no JSON, 422 for what is no state of version 4 */
export const examineState = (text: Uint8Array): ExaminedState => {
  const reading = readState(parseLoose(text))
  if (!reading.ok)
    throw new Problem('impossible', 'This is no Terraform state of version 4 that can be read; nothing was stored.', {
      errors: reading.issues,
    })
  return {
    state: heldStateOf(reading.state),
    sha256: createHash('sha256').update(text).digest('hex'),
  }
}

/** The same state with another serial, as it is restored. @throws as `examineState` */
export const restoredState = (bytes: Uint8Array, serial: number): ExaminedState & { readonly text: Uint8Array } => {
  const text = new TextEncoder().encode(withNumberAt(new TextDecoder().decode(bytes), 'serial', serial) ?? '')
  return { text, ...examineState(text) }
}

/** Looks through states, large ones where that holds nobody up. Each throws what `examineState` does. */
export interface StateBodies {
  readonly state: (bytes: Uint8Array) => Promise<ExaminedState>
  /** The state with another serial. */
  readonly restored: (bytes: Uint8Array, serial: number) => Promise<ExaminedState & { readonly text: Buffer }>
}
