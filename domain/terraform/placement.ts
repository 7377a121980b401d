/** How a client stands with Terraform. */
export interface TerraformPlacement {
  /**
   * The states in which it stands as a managed resource, of those that the configuration names: none makes a manual client,
   * two make a conflict.
   */
  readonly states: readonly string[]
  /** What somebody asked for and no apply has made true yet. */
  readonly request: TerraformRequest | null
  /** An apply that keeps its changes waiting now. */
  readonly applying: Applying | null
}

export interface TerraformRequest {
  readonly kind: 'adopt' | 'release'
  readonly state: string
}

interface Applying {
  readonly state: string
  /** As Terraform names them: `ann@laptop`. */
  readonly who: string
  /** Until when they wait at the most. */
  readonly until: Date
}

/** How a client that no state knows stands. */
export const manual: TerraformPlacement = { states: [], request: null, applying: null }

/**
 * A state that manages the client and whose configuration Nexus does not write: its next apply may revert a change.
 *
 * @param own names of the states whose configuration Nexus writes
 */
export const foreignStateOf = ({ states }: TerraformPlacement, own: readonly string[]): string | undefined =>
  states.find((state) => !own.includes(state))

/** The same where it decides about the client: no state that Nexus writes has it too. */
export const decidingForeignStateOf = (placement: TerraformPlacement, own: readonly string[]): string | undefined =>
  placement.states.some((state) => own.includes(state)) ? undefined : foreignStateOf(placement, own)
