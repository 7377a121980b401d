import { Button, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../app/api.ts'
import type { Schemas } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { csvOf } from './csv.ts'
import type { AuditFilter } from './filter.ts'

const words = texts.audit.csv

/** Records of one file, and of one request. */
const most = 20_000
const limit = 1000

/** Exports what the filter lets through as a file, the newest records first. */
export const Export = ({ tenantId, filter }: { readonly tenantId: string; readonly filter: AuditFilter }) => {
  const [told, setTold] = useState('')
  const reading = useMutation({
    mutationFn: async () => {
      const records: Schemas['AuditRecord'][] = []
      let cursor: string | null | undefined
      do {
        const page: Schemas['AuditPage'] = answered(
          await api.GET('/v1/tenants/{tenantId}/audit', {
            params: { path: { tenantId }, query: { ...filter, limit, ...(cursor ? { cursor } : {}) } },
          }),
        )
        records.push(...page.records)
        cursor = page.next
        setTold(words.busy(records.length))
      } while (cursor !== null && records.length < most)
      save(`audit-${tenantId}.csv`, csvOf(records))
      setTold(cursor === null ? '' : words.bounded(records.length))
    },
  })
  return (
    <>
      <Text size="sm" component="output">
        {reading.error?.message ?? told}
      </Text>
      <Button variant="default" onClick={() => reading.mutate()} loading={reading.isPending}>
        {words.export}
      </Button>
    </>
  )
}

/** Gives the reader a file. A byte order mark tells spreadsheets that it is UTF-8. */
const save = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  URL.revokeObjectURL(url)
}
