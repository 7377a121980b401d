import { Queue } from 'bullmq'
import { queueName } from '../../adapters/queue/settings.ts'
import type { Fault } from './fault.ts'
import type { Installation } from './installation.ts'

/** Somebody who looks at the queue with a tool of BullMQ. */
const withQueue = async ({ queue: { url, prefix } }: Installation, work: (queue: Queue) => Promise<void>) => {
  const queue = new Queue(queueName('acme'), {
    connection: { host: '127.0.0.1', port: Number(new URL(url).port) },
    prefix,
  })
  try {
    await work(queue)
  } finally {
    await queue.close()
  }
}

/** What goes wrong with the servers that Nexus keeps things on. */
export const onServers: readonly Fault[] = [
  {
    alert: 'NexusDatabaseDown',
    about: 'PostgreSQL refuses every connection',
    shows: 2,
    begin: ({ database }) => database.cut(),
    mend: ({ database }) => database.mend(),
    also: { NexusErrors: 'every request gets a 503' },
  },
  {
    alert: 'NexusQueueDown',
    about: 'Redis is away',
    shows: 10,
    begin: ({ redis }) => redis.cut(),
    mend: ({ redis }) => redis.mend(),
    also: { NexusChangesWait: 'nothing is sent until Redis is back' },
  },
  {
    alert: 'NexusChangesWait',
    about: 'the queue was stopped with a tool of BullMQ: no job arrives any more',
    shows: 10,
    begin: (installation) => withQueue(installation, (queue) => queue.pause()),
    mend: (installation) => withQueue(installation, (queue) => queue.resume()),
  },
]
