import { wholeTenant } from '../../domain/access/authorize.ts'
import { text } from '../routing/answers.ts'
import { exampleId } from '../clients/client-schema.ts'
import { tenantPath } from '../routing/paths.ts'
import { anyPermissionOf, somePermission, somePermissionSomewhere } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { AuditPage, Running, Tenant, TenantDifferences, TenantList } from './answers.ts'
import { exportAudit } from './export-audit.ts'
import { AuditFilters, AuditQuery, listAudit } from './list-audit.ts'
import { pauseTenant } from './pause-tenant.ts'
import { readTenantReport } from './plan-and-drift.ts'
import { readRunning } from './read-running.ts'
import { listTenants, readTenant } from './read-tenants.ts'
import { Scan, scanTenant } from './scan-tenant.ts'

export const tenantRoutes = [
  route({
    method: 'GET',
    path: '/v1/tenants',
    requires: somePermissionSomewhere,
    action: 'tenant.read',
    handler: listTenants,
    document: {
      id: 'listTenants',
      tag: 'Tenants',
      summary: 'Lists the tenants on which the caller may do anything, with their health.',
      answers: { 200: { description: 'The tenants', schema: TenantList } },
    },
  }),
  route({
    method: 'GET',
    path: tenantPath,
    requires: somePermission,
    action: 'tenant.read',
    handler: readTenant,
    document: {
      id: 'getTenant',
      tag: 'Tenants',
      summary: "Shows a tenant's health.",
      answers: { 200: { description: 'The tenant', schema: Tenant } },
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/running`,
    requires: anyPermissionOf(...wholeTenant),
    action: 'tenant.read',
    handler: readRunning,
    document: {
      id: 'getTenantRunning',
      tag: 'Tenants',
      summary: 'Shows the clients that a worker calls Auth0 for now.',
      answers: {
        200: {
          description: 'The longest first, 100 at the most',
          schema: Running,
          example: {
            running: [
              { client: exampleId, since: '2027-01-31T12:00:00.000Z', until: '2027-01-31T12:00:20.000Z', attempt: 1 },
            ],
          },
        },
      },
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/plan`,
    requires: anyPermissionOf('client.read.all', 'client.write.all'),
    action: 'client.read',
    handler: readTenantReport('plan'),
    document: {
      id: 'getTenantPlan',
      tag: 'Tenants',
      summary: 'Shows what would be sent to Auth0 now.',
      description: 'It tells of every client.',
      answers: { 200: { description: 'Clients with something to send', schema: TenantDifferences } },
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/drift`,
    requires: anyPermissionOf('client.read.all', 'client.write.all'),
    action: 'client.read',
    handler: readTenantReport('drift'),
    document: {
      id: 'getTenantDrift',
      tag: 'Tenants',
      summary: 'Shows what was changed in Auth0 outside Nexus.',
      description: 'It tells of every client.',
      answers: { 200: { description: 'Clients with a drifted field', schema: TenantDifferences } },
    },
  }),
  route({
    method: 'POST',
    path: `${tenantPath}/scan`,
    requires: anyPermissionOf(...wholeTenant),
    action: 'tenant.scan',
    handler: scanTenant,
    document: {
      id: 'scanTenant',
      tag: 'Tenants',
      summary: 'Reads all clients of the tenant from Auth0 now.',
      description:
        'The scan begins after the request. All who ask before it is over, or within 30 seconds afterwards, share it. ' +
        'Repeat the request to follow it: a 202 says that it is not complete yet, and after which time to ask again.',
      headers: ['Prefer'],
      answers: {
        200: { description: 'The scan is complete', schema: Scan, headers: ['Preference-Applied'] },
        202: { description: 'Not complete yet', schema: Scan, headers: ['Retry-After', 'Preference-Applied'] },
      },
    },
  }),
  route({
    method: 'POST',
    path: `${tenantPath}/pause`,
    requires: anyPermissionOf('tenant.admin'),
    action: 'pause',
    handler: pauseTenant(true),
    document: {
      id: 'pauseTenant',
      tag: 'Tenants',
      summary: 'Stops sending to a tenant. Changes are still accepted.',
      answers: { 204: { description: 'Done' } },
    },
  }),
  route({
    method: 'POST',
    path: `${tenantPath}/resume`,
    requires: anyPermissionOf('tenant.admin'),
    action: 'resume',
    handler: pauseTenant(false),
    document: {
      id: 'resumeTenant',
      tag: 'Tenants',
      summary: 'Starts sending to a tenant again.',
      answers: { 204: { description: 'Done' } },
      problems: ['not-compared'],
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/audit`,
    requires: anyPermissionOf('tenant.admin'),
    action: 'audit.read',
    handler: listAudit,
    document: {
      id: 'listAudit',
      tag: 'Administration',
      summary: 'Lists who was let do what, and who was not, newest first.',
      query: AuditQuery,
      answers: { 200: { description: 'A page of records', schema: AuditPage } },
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/audit/export`,
    requires: anyPermissionOf('tenant.admin'),
    action: 'audit.read',
    handler: exportAudit,
    document: {
      id: 'exportAudit',
      tag: 'Administration',
      summary: 'Gives records of the audit as comma separated values, oldest first.',
      description:
        'It holds 100,000 records at the most; `since` with the time of the last one goes on. A value that programs could ' +
        'take for a formula has an apostrophe before it.',
      query: AuditFilters,
      answers: {
        200: {
          description: 'A line for each record, behind one with their names',
          type: 'text/csv',
          schema: text,
          example:
            'id,at,tenantId,actorKind,actorId,application,address,requestId,action,target,changeId,outcome,reason,missing,count\r\n',
        },
      },
    },
  }),
]
