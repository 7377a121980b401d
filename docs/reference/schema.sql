-- The schema of Nexus' database, as the migrations leave it. Written by `npm run schema`; never edited, never run.
-- What a column means stands where it is made, in the migrations.

create schema nexus;

create table nexus.application_tokens (
  name text not null,
  "grant" jsonb not null,
  secret_hash text,
  secret_made_at timestamp with time zone,
  secret_used_at timestamp with time zone,
  previous_hash text,
  previous_until timestamp with time zone,
  previous_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  disabled_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone not null default clock_timestamp(),
  created_by jsonb,
  PRIMARY KEY (name)
);

create table nexus.audit (
  id bigint not null generated always as identity,
  at timestamp with time zone not null default clock_timestamp(),
  tenant_id text,
  actor_kind text,
  actor_id text,
  application text,
  address inet,
  request_id text,
  action text not null,
  target text,
  change_id uuid,
  outcome text not null,
  reason text,
  missing text,
  count bigint,
  PRIMARY KEY (id),
  CHECK ((outcome = ANY (ARRAY['accepted'::text, 'refused'::text])))
);

create table nexus.audit_retention (
  only_row boolean not null default true,
  keep interval not null,
  PRIMARY KEY (only_row),
  CHECK (only_row)
);

create table nexus.budgets (
  tenant_id text not null,
  bucket text not null,
  next_at timestamp with time zone not null default clock_timestamp(),
  interval_ms double precision not null,
  burst double precision not null,
  blocked_until timestamp with time zone,
  epoch bigint not null default 0,
  foreign_per_second double precision not null default 0,
  remaining double precision,
  seen_at timestamp with time zone,
  throttled_hour timestamp with time zone,
  throttled integer not null default 0,
  throttled_before integer not null default 0,
  PRIMARY KEY (tenant_id, bucket)
);

create table nexus.changes (
  id uuid not null,
  tenant_id text not null,
  client_id text not null,
  generation bigint not null,
  "values" jsonb not null,
  status text not null,
  author jsonb not null,
  accepted_at timestamp with time zone not null default clock_timestamp(),
  settled_at timestamp with time zone,
  refusal jsonb,
  superseded_by uuid,
  warnings jsonb,
  before jsonb,
  traceparent text,
  PRIMARY KEY (id),
  UNIQUE (tenant_id, client_id, generation),
  FOREIGN KEY (tenant_id, client_id) REFERENCES nexus.clients(tenant_id, client_id),
  CHECK ((status = ANY (ARRAY['accepted'::text, 'applied'::text, 'rejected'::text, 'withdrawn'::text])))
);

create table nexus.client_listings (
  tenant_id text not null,
  client_id text not null,
  name text collate "C" not null default ''::text,
  product text collate "C" not null default ''::text,
  words text collate "C" not null default ''::text,
  admits_confirmed text[] collate "C" not null default '{}'::text[],
  admits_desired text[] collate "C" not null default '{}'::text[],
  read_by text not null default ''::text,
  drifted boolean not null default false,
  PRIMARY KEY (tenant_id, client_id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES nexus.clients(tenant_id, client_id)
);

create table nexus.clients (
  tenant_id text not null,
  client_id text not null,
  observed jsonb not null,
  observed_at timestamp with time zone not null,
  base jsonb not null default '{}'::jsonb,
  generation bigint not null default 0,
  settled_generation bigint not null default 0,
  revision bigint not null default 0,
  lease_token uuid,
  lease_until timestamp with time zone,
  taken_over boolean not null default false,
  attempt_deadline timestamp with time zone,
  previous_attempt_deadline timestamp with time zone,
  failures integer not null default 0,
  last_failure text,
  next_try_at timestamp with time zone,
  verify_at timestamp with time zone,
  one_by_one_until bigint,
  contested jsonb,
  vanished_at timestamp with time zone,
  woken_at timestamp with time zone,
  written_at timestamp with time zone not null default clock_timestamp(),
  drifted_at timestamp with time zone,
  stalled_at timestamp with time zone,
  paused_at timestamp with time zone,
  confirmed_at timestamp with time zone,
  drifted_by_state text,
  updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, clock_timestamp()),
  waiting boolean not null generated always as ((generation > settled_generation)) stored,
  PRIMARY KEY (tenant_id, client_id) INCLUDE (updated_at, waiting, drifted_at, stalled_at, paused_at),
  CHECK ((settled_generation <= generation))
);

create table nexus.configured_callers (
  kind text not null,
  name text not null,
  used_at timestamp with time zone not null,
  PRIMARY KEY (kind, name),
  CHECK ((kind = ANY (ARRAY['application'::text, 'account'::text])))
);

create table nexus.console_sessions (
  id_hash bytea not null,
  user_id text not null,
  key_id text not null,
  sealed bytea not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  signed_in_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null default clock_timestamp(),
  ends_at timestamp with time zone not null,
  access_until timestamp with time zone not null,
  renewing uuid,
  renewing_until timestamp with time zone,
  PRIMARY KEY (id_hash)
);

create table nexus.database_identity (
  only_row boolean not null default true,
  identity text not null,
  PRIMARY KEY (only_row),
  CHECK (only_row)
);

create table nexus.events (
  tenant_id text not null,
  "position" bigint not null default nextval('nexus.events_position'::regclass),
  client_id text,
  state text,
  kind text not null,
  revision bigint,
  happened_at timestamp with time zone not null default clock_timestamp(),
  PRIMARY KEY (tenant_id, "position")
);

create table nexus.idempotency_keys (
  tenant_id text not null,
  caller jsonb not null,
  key text not null,
  fingerprint text not null,
  claim uuid not null,
  claimed_until timestamp with time zone not null,
  change_id uuid,
  operation_id uuid,
  answer text,
  created_at timestamp with time zone not null default clock_timestamp(),
  PRIMARY KEY (tenant_id, caller, key)
);

create table nexus.operation_elements (
  operation_id uuid not null,
  place integer not null,
  client_id text not null,
  change_id uuid,
  answer text,
  PRIMARY KEY (operation_id, place),
  FOREIGN KEY (change_id) REFERENCES nexus.changes(id),
  FOREIGN KEY (operation_id) REFERENCES nexus.operations(id) ON DELETE CASCADE,
  CHECK (((change_id IS NULL) OR (answer IS NULL)))
);

create table nexus.operations (
  id uuid not null,
  tenant_id text not null,
  author jsonb not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  PRIMARY KEY (id)
);

create table nexus.queue_keys (
  beginning text not null,
  mark text not null default (gen_random_uuid())::text,
  used_at timestamp with time zone not null,
  PRIMARY KEY (beginning)
);

create table nexus.schema_needs (
  migration text not null,
  PRIMARY KEY (migration)
);

create table nexus.service_accounts (
  name text not null,
  "grant" jsonb not null,
  secret_hash text,
  secret_made_at timestamp with time zone,
  secret_used_at timestamp with time zone,
  previous_hash text,
  previous_until timestamp with time zone,
  previous_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  disabled_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone not null default clock_timestamp(),
  created_by jsonb,
  PRIMARY KEY (name)
);

create table nexus.tenants (
  tenant_id text not null,
  paused_at timestamp with time zone,
  held_reason text,
  held_at timestamp with time zone,
  next_probe_at timestamp with time zone,
  next_scan_at timestamp with time zone not null default clock_timestamp(),
  scan_until timestamp with time zone,
  last_scan_at timestamp with time zone,
  last_scan_clients integer,
  scan_problem text,
  scan_asked_at timestamp with time zone,
  asked_scan_ended_at timestamp with time zone,
  left_out jsonb not null default '{"count": 0, "elements": []}'::jsonb,
  served_at timestamp with time zone,
  forgotten_events bigint not null default 0,
  restored_at timestamp with time zone,
  PRIMARY KEY (tenant_id)
);

create table nexus.terraform_events (
  tenant_id text not null,
  state text not null,
  snapshot bigint not null,
  client_id text not null,
  kind text not null,
  fields jsonb,
  happened_at timestamp with time zone not null default clock_timestamp(),
  PRIMARY KEY (tenant_id, state, snapshot)
);

create table nexus.terraform_named (
  tenant_id text not null,
  state text not null,
  own boolean not null,
  PRIMARY KEY (tenant_id, state)
);

create table nexus.terraform_requests (
  tenant_id text not null,
  client_id text not null,
  state text not null,
  kind text not null,
  author jsonb not null,
  requested_at timestamp with time zone not null default clock_timestamp(),
  PRIMARY KEY (tenant_id, client_id),
  CHECK ((kind = ANY (ARRAY['adopt'::text, 'release'::text])))
);

create table nexus.terraform_resources (
  tenant_id text not null,
  state text not null,
  place integer not null,
  address text not null,
  type text not null,
  client_id text not null,
  tainted boolean not null,
  deposed text,
  declared boolean,
  PRIMARY KEY (tenant_id, state, place)
);

create table nexus.terraform_state_versions (
  tenant_id text not null,
  state text not null,
  version bigint not null,
  lineage text not null,
  serial bigint not null,
  terraform_version text not null,
  sha256 text not null,
  bytes bigint not null,
  key_id text not null,
  sealed bytea not null,
  restored_from bigint,
  written_at timestamp with time zone not null default clock_timestamp(),
  written_by jsonb not null,
  PRIMARY KEY (tenant_id, state, version),
  FOREIGN KEY (tenant_id, state) REFERENCES nexus.terraform_states(tenant_id, name)
);

create table nexus.terraform_states (
  tenant_id text not null,
  name text not null,
  version bigint,
  versions bigint not null default 0,
  highest_serial bigint not null default 0,
  serial_moved_at timestamp with time zone,
  others jsonb not null default '[]'::jsonb,
  snapshot bigint not null default 0,
  lock jsonb,
  locked_by jsonb,
  locked_at timestamp with time zone,
  hold_until timestamp with time zone,
  check_at timestamp with time zone,
  check_until timestamp with time zone,
  known_drift jsonb,
  looked_at timestamp with time zone,
  look_again_at timestamp with time zone,
  outdated_write jsonb,
  unlocked_write jsonb,
  PRIMARY KEY (tenant_id, name)
);

CREATE OR REPLACE FUNCTION nexus.audit_forget(batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$
      declare
        gone integer;
      begin
        -- Set in here and not for the function: that is for superusers only.
        perform set_config('nexus.audit_forgetting', 'on', true);
        delete from nexus.audit where id in (
          select a.id from nexus.audit a
          where a.at < clock_timestamp() - (select r.keep from nexus.audit_retention r)
          order by a.at, a.id limit least(batch, 10000) for update skip locked);
        get diagnostics gone = row_count;
        perform set_config('nexus.audit_forgetting', 'off', true);
        return gone;
      end $function$;

CREATE OR REPLACE FUNCTION nexus.audit_is_kept()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
      begin
        if tg_op = 'DELETE' and current_setting('nexus.audit_forgetting', true) = 'on' then
          if old.at < clock_timestamp() - (select r.keep from nexus.audit_retention r) then
            return old;
          end if;
        end if;
        raise exception 'nexus.audit is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
      end $function$;

CREATE OR REPLACE FUNCTION nexus.grams(tenant_id text, words text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE COST 1000
AS $function$
        select coalesce(array_agg(tenant_id || ' ' || substr(words, i, 3)), '{}')
        from generate_series(1, length(words) - 2) i
      $function$;

CREATE UNIQUE INDEX application_tokens_by_previous ON nexus.application_tokens USING btree (previous_hash);

CREATE UNIQUE INDEX application_tokens_by_secret ON nexus.application_tokens USING btree (secret_hash);

CREATE INDEX audit_in_time ON nexus.audit USING btree (at, id);

CREATE INDEX audit_of_tenant ON nexus.audit USING btree (tenant_id, at, id);

CREATE INDEX changes_pending ON nexus.changes USING btree (tenant_id, client_id, generation) WHERE (status = 'accepted'::text);

CREATE INDEX changes_settled ON nexus.changes USING btree (settled_at) WHERE (status <> 'accepted'::text);

CREATE INDEX client_listings_by_name ON nexus.client_listings USING btree (tenant_id, name, client_id);

CREATE INDEX client_listings_by_product ON nexus.client_listings USING btree (tenant_id, product, client_id);

CREATE INDEX client_listings_drifted ON nexus.client_listings USING btree (tenant_id) WHERE drifted;

CREATE INDEX client_listings_read_by ON nexus.client_listings USING btree (tenant_id, read_by);

CREATE INDEX client_listings_terms ON nexus.client_listings USING gin (admits_confirmed, admits_desired, nexus.grams(tenant_id, words)) WITH (fastupdate=off);

CREATE INDEX clients_by_update ON nexus.clients USING btree (tenant_id, updated_at, client_id);

CREATE INDEX clients_lag_by_waking ON nexus.clients USING btree (woken_at NULLS FIRST) WHERE ((generation > settled_generation) OR (verify_at IS NOT NULL));

CREATE INDEX clients_paused ON nexus.clients USING btree (tenant_id) WHERE (paused_at IS NOT NULL);

CREATE INDEX clients_stalled ON nexus.clients USING btree (tenant_id) WHERE (stalled_at IS NOT NULL);

CREATE INDEX clients_waiting ON nexus.clients USING btree (tenant_id) WHERE waiting;

CREATE INDEX clients_with_lag ON nexus.clients USING btree (tenant_id, next_try_at) WHERE ((generation > settled_generation) OR (verify_at IS NOT NULL));

CREATE INDEX console_sessions_of_user ON nexus.console_sessions USING btree (user_id, last_seen_at);

CREATE INDEX idempotency_keys_by_age ON nexus.idempotency_keys USING btree (created_at);

CREATE INDEX operation_elements_of_change ON nexus.operation_elements USING btree (change_id) WHERE (change_id IS NOT NULL);

CREATE INDEX operations_by_age ON nexus.operations USING btree (created_at);

CREATE INDEX terraform_resources_of_client ON nexus.terraform_resources USING btree (tenant_id, client_id);

CREATE TRIGGER audit_is_kept BEFORE DELETE OR UPDATE ON nexus.audit FOR EACH ROW EXECUTE FUNCTION nexus.audit_is_kept();

CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON nexus.audit FOR EACH STATEMENT EXECUTE FUNCTION nexus.audit_is_kept();
