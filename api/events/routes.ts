import { tenantPath } from '../routing/paths.ts'
import { somePermission } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { EventMessage } from './answers.ts'
import { EventsQuery, readEvents } from './read-events.ts'

export const eventRoutes = [
  route({
    method: 'GET',
    path: `${tenantPath}/events`,
    requires: somePermission,
    action: 'client.read',
    handler: readEvents,
    document: {
      id: 'streamEvents',
      tag: 'Tenants',
      summary: 'Tells what happens in a tenant, as it happens.',
      description:
        'The answer does not end: it is a stream of [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html). ' +
        'The `data` of each is JSON: what happened, to which client or state. An event of a client is sent to who may read the client at that moment, one of a ' +
        'Terraform state to who may see the state, and one of the tenant itself to all.\n\n' +
        'Events have an `id`. A reader that comes again with the last of them (`Last-Event-ID`, or `after`) is told what they ' +
        'have missed, for 24 hours unless configured otherwise. Without one, the stream begins now.\n\n' +
        'Three messages are no events. A comment every 15 seconds says that the stream is still there. `event: reset` says that ' +
        'something may have been missed, because the `id` is too old or of another database: read again what is shown. ' +
        "`event: end` comes before the stream is closed, with a Problem as its `data`: the caller's token has expired or was " +
        'revoked, they may not read here any more, or the server is shutting down or has a new configuration. ' +
        'A reader that has not yet taken what was sent is cut off without it, and misses nothing if it comes again with the last `id`.\n\n' +
        'A caller may have 20 streams in one process of Nexus.',
      query: EventsQuery,
      headers: ['Last-Event-ID'],
      answers: { 200: { description: 'The stream', type: 'text/event-stream', schema: EventMessage } },
    },
  }),
]
