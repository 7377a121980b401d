/**
 * No table is described to Kysely, so that only SQL as written compiles. What the rows of a query are, a schema beside it
 * says (`parsed`).
 */
export type Database = unknown
