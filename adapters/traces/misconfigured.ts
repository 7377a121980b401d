/** The environment asks for traces in a way that Nexus cannot do. No value is quoted that may hold a password. */
export class TracesMisconfigured extends Error {
  override readonly name = 'TracesMisconfigured'
}
