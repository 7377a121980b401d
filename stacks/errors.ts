/**
 * Reasons to make no stack. Each message is for the person who asked, with what to do. They stand apart from the code that
 * throws them, so that the command line can know them without loading CDK Terrain.
 */

/** What is given is no snapshot. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
}

/** A declaration cannot be taken as it stands. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError'
}

/** No stack can be made of this snapshot for one state: every reason at once. */
export class StackRefused extends Error {
  override readonly name = 'StackRefused'
  readonly reasons: readonly string[]

  /** @param place tenant and state */
  constructor(place: string, reasons: readonly string[]) {
    super(`No stack can be made for ${place}:\n${reasons.map(item).join('\n')}`)
    this.reasons = reasons
  }
}

const item = (text: string): string => `  - ${text.replaceAll('\n', '\n    ')}`
