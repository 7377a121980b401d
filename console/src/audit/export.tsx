import { Button } from '@mantine/core'
import { base } from '../app/base.ts'
import { texts } from '../texts/texts.ts'
import type { AuditFilter } from './filter.ts'

/** Leads to what the filter lets through as a file, which the API writes. */
export const Export = ({ tenantId, filter }: { readonly tenantId: string; readonly filter: AuditFilter }) => {
  const query = new URLSearchParams({ ...filter }).toString()
  return (
    <Button
      component="a"
      variant="default"
      href={`${base}api/v1/tenants/${encodeURIComponent(tenantId)}/audit/export${query === '' ? '' : `?${query}`}`}
      download={`audit-${tenantId}.csv`}
    >
      {texts.audit.export}
    </Button>
  )
}
