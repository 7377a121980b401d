import { useEffect, useRef, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import type { Action } from './drifted.ts'
import { inTurn } from './progress.ts'
import type { Outcome, Progress } from './progress.ts'
import { follow, resolve } from './resolve.ts'

/** Requests at once: they go through one budget of Auth0 anyway. */
const atOnce = 4

/** Resolves the drift of many clients, and how far each is. Begun ones go on when the page is left; no more are begun. */
export const useResolving = (tenantId: string) => {
  const queries = useQueryClient()
  const [progress, setProgress] = useState<Progress>(new Map())
  const [isRunning, setIsRunning] = useState(false)
  const [isStopped, setIsStopped] = useState(false)
  const looking = useRef(new AbortController())
  const stopped = useRef(false)
  useEffect(() => {
    looking.current = new AbortController()
    return () => looking.current.abort()
  }, [])

  const start = async (action: Action, ids: readonly string[]): Promise<void> => {
    const { signal } = looking.current
    setIsRunning(true)
    setProgress(new Map(ids.map((id) => [id, { kind: 'queued' }])))
    const work = async (clientId: string): Promise<void> => {
      const tell = (outcome: Outcome): void => setProgress((known) => new Map(known).set(clientId, outcome))
      const waiting = await resolve(action, { tenantId, clientId, tell })
      if (waiting !== null) void follow(waiting, { tenantId, tell }, signal)
    }
    await inTurn(ids, atOnce, work, () => stopped.current || signal.aborted)
    setIsRunning(false)
    await queries.invalidateQueries({ queryKey: ['tenant', tenantId] })
  }
  const stop = (): void => {
    stopped.current = true
    setIsStopped(true)
  }
  return { progress, isRunning, isStopped, start, stop }
}
