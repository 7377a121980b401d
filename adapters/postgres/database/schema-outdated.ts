/** The schema cannot be brought up to date by the role that was given; the message says what to do. */
export class SchemaOutdated extends Error {
  override readonly name = 'SchemaOutdated'
}
