const numbers = new Intl.NumberFormat('en')

/** A number of clients, as people say it. */
export const clientsText = (count: number): string => (count === 1 ? '1 client' : `${numbers.format(count)} clients`)
