import type { FastifyInstance } from 'fastify'
import { serve } from '../routing/serve.ts'
import type { Serving, ServingSignals } from '../routing/serve.ts'
import { loggable, problemOf } from '../http/problem-of.ts'
import { problems } from '../http/problem.ts'
import { consoleAddress } from '../../domain/texts/web-address.ts'
import type { Console } from './console.ts'
import { forward } from './forward.ts'
import type { Forwarding } from './forward.ts'
import type { Forwarded } from './forwarded.ts'
import { newNonce, pageHeaders, plainPage } from './pages.ts'
import { pageRoutes, signInRoutes } from './routes.ts'
import type { SigningIn } from './sign-in.ts'

type Needs = Omit<Forwarding & SigningIn & Serving, 'console' | 'overdue'> & { readonly console: Console }

/**
 * Puts the console on the server: its page, signing in and out, and the way to the API.
 *
 * @param routes those of the API
 */
export const serveConsole = (
  app: FastifyInstance,
  deps: Needs,
  routes: readonly Forwarded[],
  signals: ServingSignals,
): void => {
  serve(app, pageRoutes, deps, signals)
  forward(app, { ...deps, overdue: signals.overdue }, routes)
  app.register((scope, _options, done) => {
    answerWithPages(scope, deps.console)
    serve(scope, signInRoutes, deps, signals)
    done()
  })
}

/** What goes wrong is told to a person. A header that asks for a password would open a window for one. */
const answerWithPages = (scope: FastifyInstance, { settings }: Console): void => {
  scope.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error)
    if (problem.status >= 500) request.log.error({ error: loggable(error) }, 'a sign-in failed')
    const nonce = newNonce()
    const { 'www-authenticate': _, ...headers } = problem.headers
    reply.code(problem.status)
    for (const [name, value] of Object.entries({ ...headers, ...pageHeaders(nonce) })) reply.header(name, value)
    reply.send(
      plainPage(nonce, {
        title: problems[problem.code].title,
        words: [problem.message, `The number of this request, for whoever runs Nexus: ${request.id}`],
        link: { to: `${consoleAddress(settings)}/`, words: 'Back to the console' },
      }),
    )
  })
}
