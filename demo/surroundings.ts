/**
 * Variables by which others steer programs that the demo consists of: Nexus, PostgreSQL and its clients, CDK Terrain. They
 * are about servers and stacks of the user's.
 */
const aboutOthers = /^(?:NEXUS_|PG|CDKTF_|SYNTH_HCL_)/i

/** The demo has a world of its own: what the environment says of another one is forgotten, before anything reads it. */
export const leaveSurroundings = (env: Record<string, string | undefined>): void => {
  for (const name of Object.keys(env)) if (aboutOthers.test(name)) delete env[name]
}
