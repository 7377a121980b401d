/** What is said of changes. */
export const history = {
  empty: 'Nobody has changed this client through Nexus yet.',
  emptyHint: 'Each change stands here: who made it, what it changed, and what came of it.',
  status: { accepted: 'Waiting', applied: 'Applied', rejected: 'Refused', withdrawn: 'Withdrawn' },
  by: 'by',
  through: 'through',
  policy: 'Policy of the tenant',
  superseded: 'A later change of the same call stands in its place.',
  undo: 'Undo this change',
  undoing: 'This undoes an earlier change. Look at it, then save.',
  nothingToUndo: 'There is nothing to undo: the fields are as they were before that change.',
  withdraw: 'Withdraw',
  link: 'Link to this change',
  all: 'All changes',
  more: 'Older changes',
  warnings: 'May not work:',
} as const
