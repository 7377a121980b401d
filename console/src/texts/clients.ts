/** What is said about clients. */
export const clients = {
  title: 'Clients',
} as const
