/** The schema cannot be brought up to date by the role that was given; the message says what to do. */
export class SchemaOutdated extends Error {
  override readonly name = 'SchemaOutdated'
}

/** Others use the tables that a migration has to change; nothing of it is kept. */
export class SchemaBusy extends Error {
  override readonly name = 'SchemaBusy'

  constructor(migrations: readonly string[], options: ErrorOptions) {
    super(
      `${migrations.join(', ')} could not be applied: others hold locks on the tables that it changes. Try again when ` +
        'long transactions have ended (pg_stat_activity shows them); Nexus goes on with the former schema.',
      options,
    )
  }
}

/** A newer version has taken away what this one needs. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew'

  constructor(migrations: readonly string[]) {
    super(
      `The database's schema is too new for this version: since ${migrations.join(', ')} it lacks what this version uses. ` +
        'Start a version that knows these migrations; to go back behind them, restore a backup.',
    )
  }
}
