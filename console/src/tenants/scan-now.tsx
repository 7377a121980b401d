import { useEffect, useRef, useState } from 'react'
import { Button, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answered } from '../app/problem.ts'
import { api } from '../app/api.ts'
import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { Told } from '../ui/when.tsx'

const words = texts.tenants.scan

/** How long the server is to wait for the end of a scan before it answers, and the pause until it is asked again. Seconds. */
const patience = 10
const pause = 2

/** Has all clients of one tenant read from Auth0, and tells how far that is until it is over or nobody looks any more. */
export const ScanNow = ({ tenantId }: { readonly tenantId: string }) => {
  const queries = useQueryClient()
  const [scan, setScan] = useState<Schemas['Scan'] | null>(null)
  const watching = useRef(new AbortController())
  useEffect(() => {
    watching.current = new AbortController()
    return () => watching.current.abort()
  }, [])
  const follow = useMutation({
    mutationFn: async () => {
      const { signal } = watching.current
      while (!signal.aborted) {
        const told = await ask(tenantId, signal)
        setScan(told)
        if (told.status === 'complete') break
        await new Promise((resolve) => {
          setTimeout(resolve, pause * 1000)
        })
      }
      await queries.invalidateQueries({ queryKey: ['tenant', tenantId] })
    },
    onMutate: () => setScan({ status: 'scanning', beganAt: null, clients: null, reason: null }),
  })
  return (
    <>
      <Text size="sm" component="output">
        {scan === null || follow.error ? null : <Progress scan={scan} />}
      </Text>
      {follow.error ? <ProblemNotice error={follow.error} /> : null}
      <Button variant="default" onClick={() => follow.mutate()} loading={follow.isPending}>
        {texts.tenants.actions.scan}
      </Button>
    </>
  )
}

const ask = async (tenantId: string, signal: AbortSignal) =>
  answered(
    await api.POST('/v1/tenants/{tenantId}/scan', {
      params: { path: { tenantId }, header: { Prefer: `wait=${patience}` } },
      signal,
    }),
  )

const Progress = ({ scan: { status, clients, reason } }: { readonly scan: Schemas['Scan'] }) => {
  if (status === 'complete') return words.complete(clients ?? 0)
  return (
    <>
      {status === 'waiting' ? words.waiting : words.running} {reason === null ? null : <Told text={reason} />}
    </>
  )
}
