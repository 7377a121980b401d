/** A state that is held and that the configuration does not name, so that it changes nothing. */
export interface UnnamedState {
  readonly tenantId: string
  readonly state: string
  /** Clients that it claims, and that Auth0 has. */
  readonly clients: number
}

export interface UnnamedStates {
  readonly tenantId: string
  /** What is so, in a sentence. */
  readonly said: string
  /** What to do about it, with the line to add. */
  readonly remedy: string
}

/** How many are named; the line has all of them. */
const enough = 10

/**
 * The states of each tenant that are held and not named, with what that means and the line that gives them power.
 *
 * @param otherStates what the tenant's configuration names already
 */
export const unnamedStatesOf = (
  unnamed: readonly UnnamedState[],
  otherStates: (tenantId: string) => readonly string[],
): UnnamedStates[] =>
  [...Map.groupBy(unnamed, ({ tenantId }) => tenantId)].map(([tenantId, states]) => {
    const names = states.map(({ state }) => state)
    const listed = states.map(({ state, clients }) => `${state} (${clients} ${clients === 1 ? 'client' : 'clients'})`)
    const more = states.length > enough ? `, and ${states.length - enough} more` : ''
    return {
      tenantId,
      said:
        `Terraform states are held that the configuration of ${tenantId} does not name: ${listed.slice(0, enough).join(', ')}${more}. ` +
        'What they say of clients is a claim and changes nothing: their clients count as created by hand, no change waits ' +
        'for their applies, and nothing is put back after them.',
      remedy:
        `Where such a state is yours, name it in the tenant ${tenantId} of the configuration and restart: ` +
        `otherStates: [${[...otherStates(tenantId), ...names].join(', ')}]. One that Nexus is to write belongs in ` +
        'terraformStates. One that nobody needs: nexus state delete TENANT STATE.',
    }
  })
