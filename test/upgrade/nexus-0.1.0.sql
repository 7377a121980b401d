-- A database as Nexus 0.1.0 left it (commit fe2dff3, PostgreSQL 15, the queue on Redis), by pg_dump --inserts. It is data:
-- never edit it. upgrade.test.ts says what it holds, moves its times to the present, and brings it to the newest schema.

SET standard_conforming_strings = on;

CREATE SCHEMA nexus;

CREATE FUNCTION nexus.audit_forget(batch integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
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
      end $$;

CREATE FUNCTION nexus.audit_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
      begin
        if tg_op = 'DELETE' and current_setting('nexus.audit_forgetting', true) = 'on' then
          if old.at < clock_timestamp() - (select r.keep from nexus.audit_retention r) then
            return old;
          end if;
        end if;
        raise exception 'nexus.audit is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
      end $$;

CREATE FUNCTION nexus.grams(tenant_id text, words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE COST 1000 PARALLEL SAFE
    AS $$
        select coalesce(array_agg(tenant_id || ' ' || substr(words, i, 3)), '{}')
        from generate_series(1, length(words) - 2) i
      $$;

CREATE TABLE nexus.application_tokens (
    name text NOT NULL,
    "grant" jsonb NOT NULL,
    secret_hash text,
    secret_made_at timestamp with time zone,
    secret_used_at timestamp with time zone,
    previous_hash text,
    previous_until timestamp with time zone,
    previous_used_at timestamp with time zone,
    expires_at timestamp with time zone,
    disabled_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    created_by jsonb
);

CREATE TABLE nexus.audit (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    tenant_id text,
    actor_kind text,
    actor_id text,
    application text,
    address inet,
    request_id text,
    action text NOT NULL,
    target text,
    change_id uuid,
    outcome text NOT NULL,
    reason text,
    missing text,
    CONSTRAINT audit_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'refused'::text])))
);

ALTER TABLE nexus.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME nexus.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE nexus.audit_retention (
    only_row boolean DEFAULT true NOT NULL,
    keep interval NOT NULL,
    CONSTRAINT audit_retention_only_row_check CHECK (only_row)
);

CREATE TABLE nexus.budgets (
    tenant_id text NOT NULL,
    bucket text NOT NULL,
    next_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    interval_ms double precision NOT NULL,
    burst double precision NOT NULL,
    blocked_until timestamp with time zone,
    epoch bigint DEFAULT 0 NOT NULL,
    foreign_per_second double precision DEFAULT 0 NOT NULL,
    remaining double precision,
    seen_at timestamp with time zone
);

CREATE TABLE nexus.changes (
    id uuid NOT NULL,
    tenant_id text NOT NULL,
    client_id text NOT NULL,
    generation bigint NOT NULL,
    "values" jsonb NOT NULL,
    status text NOT NULL,
    author jsonb NOT NULL,
    accepted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    refusal jsonb,
    superseded_by uuid,
    CONSTRAINT changes_status_check CHECK ((status = ANY (ARRAY['accepted'::text, 'applied'::text, 'rejected'::text, 'withdrawn'::text])))
);

CREATE TABLE nexus.client_listings (
    tenant_id text NOT NULL,
    client_id text NOT NULL,
    name text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    product text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    words text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    admits_confirmed text[] DEFAULT '{}'::text[] NOT NULL COLLATE pg_catalog."C",
    admits_desired text[] DEFAULT '{}'::text[] NOT NULL COLLATE pg_catalog."C",
    read_by text DEFAULT ''::text NOT NULL
);

CREATE TABLE nexus.clients (
    tenant_id text NOT NULL,
    client_id text NOT NULL,
    observed jsonb NOT NULL,
    observed_at timestamp with time zone NOT NULL,
    base jsonb DEFAULT '{}'::jsonb NOT NULL,
    generation bigint DEFAULT 0 NOT NULL,
    settled_generation bigint DEFAULT 0 NOT NULL,
    revision bigint DEFAULT 0 NOT NULL,
    lease_token uuid,
    lease_until timestamp with time zone,
    taken_over boolean DEFAULT false NOT NULL,
    attempt_deadline timestamp with time zone,
    previous_attempt_deadline timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    last_failure text,
    next_try_at timestamp with time zone,
    verify_at timestamp with time zone,
    one_by_one_until bigint,
    contested jsonb,
    vanished_at timestamp with time zone,
    woken_at timestamp with time zone,
    written_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    drifted_at timestamp with time zone,
    stalled_at timestamp with time zone,
    paused_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    drifted_by_state text,
    updated_at timestamp with time zone DEFAULT date_trunc('milliseconds'::text, clock_timestamp()) NOT NULL,
    waiting boolean GENERATED ALWAYS AS ((generation > settled_generation)) STORED NOT NULL,
    CONSTRAINT clients_check CHECK ((settled_generation <= generation))
);

CREATE TABLE nexus.idempotency_keys (
    tenant_id text NOT NULL,
    caller jsonb NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    claim uuid NOT NULL,
    claimed_until timestamp with time zone NOT NULL,
    change_id uuid,
    operation_id uuid,
    answer text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE nexus.operation_elements (
    operation_id uuid NOT NULL,
    place integer NOT NULL,
    client_id text NOT NULL,
    change_id uuid,
    answer text,
    CONSTRAINT operation_elements_check CHECK (((change_id IS NULL) OR (answer IS NULL)))
);

CREATE TABLE nexus.operations (
    id uuid NOT NULL,
    tenant_id text NOT NULL,
    author jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE nexus.service_accounts (
    name text NOT NULL,
    "grant" jsonb NOT NULL,
    secret_hash text,
    secret_made_at timestamp with time zone,
    secret_used_at timestamp with time zone,
    previous_hash text,
    previous_until timestamp with time zone,
    previous_used_at timestamp with time zone,
    expires_at timestamp with time zone,
    disabled_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    created_by jsonb
);

CREATE TABLE nexus.tenants (
    tenant_id text NOT NULL,
    paused_at timestamp with time zone,
    held_reason text,
    held_at timestamp with time zone,
    next_probe_at timestamp with time zone,
    next_scan_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    scan_until timestamp with time zone,
    last_scan_at timestamp with time zone,
    last_scan_clients integer,
    scan_problem text
);

CREATE TABLE nexus.terraform_events (
    tenant_id text NOT NULL,
    state text NOT NULL,
    snapshot bigint NOT NULL,
    client_id text NOT NULL,
    kind text NOT NULL,
    fields jsonb,
    happened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE nexus.terraform_requests (
    tenant_id text NOT NULL,
    client_id text NOT NULL,
    state text NOT NULL,
    kind text NOT NULL,
    author jsonb NOT NULL,
    requested_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT terraform_requests_kind_check CHECK ((kind = ANY (ARRAY['adopt'::text, 'release'::text])))
);

CREATE TABLE nexus.terraform_resources (
    tenant_id text NOT NULL,
    state text NOT NULL,
    place integer NOT NULL,
    address text NOT NULL,
    type text NOT NULL,
    client_id text NOT NULL,
    tainted boolean NOT NULL,
    deposed text
);

CREATE TABLE nexus.terraform_state_versions (
    tenant_id text NOT NULL,
    state text NOT NULL,
    version bigint NOT NULL,
    lineage text NOT NULL,
    serial bigint NOT NULL,
    terraform_version text NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    restored_from bigint,
    written_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    written_by jsonb NOT NULL
);
ALTER TABLE ONLY nexus.terraform_state_versions ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE nexus.terraform_states (
    tenant_id text NOT NULL,
    name text NOT NULL,
    version bigint,
    versions bigint DEFAULT 0 NOT NULL,
    highest_serial bigint DEFAULT 0 NOT NULL,
    serial_moved_at timestamp with time zone,
    others jsonb DEFAULT '[]'::jsonb NOT NULL,
    snapshot bigint DEFAULT 0 NOT NULL,
    lock jsonb,
    locked_by jsonb,
    locked_at timestamp with time zone,
    hold_until timestamp with time zone,
    check_at timestamp with time zone,
    check_until timestamp with time zone,
    known_drift jsonb
);

CREATE TABLE public.nexus_migrations (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE public.nexus_migrations_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

INSERT INTO nexus.application_tokens VALUES ('issued-portal', '{"roles": [], "tenants": ["acme"], "products": null, "permissions": ["client.read", "client.write"], "terraformStates": []}', 'ff10f930af51b8910054950bb65fe7bab5895d704f33d3ca3f7ef895be317780', '2026-11-25 13:13:07.085812+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:07.085813+00', '{"id": "auth0|admin", "kind": "user", "application": "portal"}');

INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (1, '2026-11-25 13:13:06.23995+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '010ca531-16f1-481a-bc05-a5603e807312', 'client.patch', 'applied0000000000000000000000000', 'aa3beb9d-3806-4d3d-bf22-399588c88b99', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (2, '2026-11-25 13:13:06.330655+00', 'acme', 'user', 'auth0|ben', 'portal', '127.0.0.1', '7f8a8ae3-98f8-4470-9229-625e5bc3b652', 'client.patch', 'partner0000000000000000000000000', '61959869-f466-4593-bb98-3fd0bcbe5622', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (3, '2026-11-25 13:13:06.37187+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '4460e3a5-f97a-405a-92a1-baab1667a872', 'client.patch', 'drifted0000000000000000000000000', 'd1d8e97d-d357-4364-9e35-b9d9b0c79d7b', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (4, '2026-11-25 13:13:06.402392+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '79c1d4e0-b32b-4cdc-9e81-9f5b1b640a93', 'client.patch', 'managed0000000000000000000000000', '969f4157-4084-4665-b074-5a2f6df8eaf8', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (5, '2026-11-25 13:13:06.441045+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '5496ada8-d76c-465b-b3f0-495ded6832e4', 'client.patch', 'claimed0000000000000000000000000', 'bb393c57-323e-464f-b488-297e4b0000ae', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (6, '2026-11-25 13:13:06.459013+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', 'dbb1672e-7005-435a-86ae-bcf000a20b98', 'client.patch', 'adopted0000000000000000000000000', 'a0d498ca-fef2-4a3a-9a33-cad6fd600244', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (7, '2026-11-25 13:13:06.480799+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', 'c1ec1dbe-8ff5-477a-a92c-8d4560bf3a68', 'client.patch', 'withdrawn00000000000000000000000', 'dab40ad8-f1f1-4540-99a0-2a34400f9be5', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (8, '2026-11-25 13:13:06.504268+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '0418e19e-b958-48d7-861c-bb9550a32334', 'client.patch', 'refused0000000000000000000000000', '3361ec68-2815-4c96-90d5-b7f3a9488066', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (9, '2026-11-25 13:13:06.840531+00', 'acme', 'service-account', 'pipeline', NULL, '127.0.0.1', 'd0cfd54e-ee39-4698-b646-2c91ad9ffc3d', 'state.write', 'main/1', NULL, 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (10, '2026-11-25 13:13:06.850504+00', 'acme', 'service-account', 'pipeline', NULL, '127.0.0.1', '9cb45fb2-eeca-4b2f-b539-27432bc0542f', 'state.write', 'main/2', NULL, 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (11, '2026-11-25 13:13:06.857933+00', 'acme', 'service-account', 'pipeline', NULL, '127.0.0.1', '720c18ff-2bcd-4500-9e03-0844323a1cc7', 'state.write', 'legacy/1', NULL, 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (12, '2026-11-25 13:13:06.865208+00', 'acme', 'user', 'auth0|admin', 'portal', '127.0.0.1', 'ed161055-2336-4731-8b31-2efeccef71bc', 'terraform.adopt', 'adopted0000000000000000000000000', NULL, 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (13, '2026-11-25 13:13:07.078289+00', NULL, 'user', 'auth0|admin', 'portal', '127.0.0.1', '93d937e3-430e-4503-8fb0-fd915dda6e53', 'account.create', 'issued-account', NULL, 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (14, '2026-11-25 13:13:07.08638+00', NULL, 'user', 'auth0|admin', 'portal', '127.0.0.1', '8eb9e715-c373-4a30-b942-b416a5c4e0be', 'token.create', 'issued-portal', NULL, 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (15, '2026-11-25 13:13:08.115951+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', 'c5d50361-3e36-4695-b1d9-681a3bd43eea', 'client.patch', 'open0000000000000000000000000000', '855bf838-16d9-4db5-b305-c6e221d3701f', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (16, '2026-11-25 13:13:08.164906+00', 'acme', 'user', 'auth0|admin', 'portal', '127.0.0.1', '7de922b6-a632-4b8e-b516-e476f960a26c', 'pause', 'paused00000000000000000000000000', NULL, 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (17, '2026-11-25 13:13:08.174912+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '4503912b-a3a4-4686-bfce-55851d468634', 'client.patch', 'paused00000000000000000000000000', 'fae82854-c64f-4847-bb1b-67dd1c06fea6', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (18, '2026-11-25 13:13:08.18037+00', 'acme', 'user', 'auth0|admin', 'portal', '127.0.0.1', '5eba25ec-85e4-4f3e-9337-2f451b1d334d', 'pause', NULL, NULL, 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (19, '2026-11-25 13:13:08.188059+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', 'ff1d1290-f641-41c2-9267-1507d81921f5', 'client.patch', 'pending0000000000000000000000000', '82a4f560-40dc-4262-802a-e84d52f93e06', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (20, '2026-11-25 13:13:08.198405+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '9b4a9ef8-c566-4e61-8cb1-6c1c05a450d3', 'client.patch', 'pending0000000000000000000000000', 'c6dd6518-ec79-4bad-9040-3263dc3f1bb3', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (21, '2026-11-25 13:13:08.223755+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '8822a016-efcc-4f0c-bf71-d332fdea261c', 'client.patch', 'bulk2000000000000000000000000000', 'f0229bf3-5c08-45b0-911e-6faa32050b37', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (22, '2026-11-25 13:13:08.223775+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', '8822a016-efcc-4f0c-bf71-d332fdea261c', 'client.patch', 'bulk1000000000000000000000000000', '932386da-606a-428b-8da7-5f88afd2f0d5', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (23, '2026-11-25 13:13:08.245798+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', 'f73ff89a-978d-4126-9bcc-0f00219bf1a4', 'client.patch', 'withdrawn00000000000000000000000', 'cfd86add-147e-470b-b95b-68d3510d3f84', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (24, '2026-11-25 13:13:08.259691+00', 'acme', 'user', 'auth0|ann', 'portal', '127.0.0.1', 'b9e928ab-cde2-469a-972f-22606d08a5dd', 'change.withdraw', 'cfd86add-147e-470b-b95b-68d3510d3f84', 'cfd86add-147e-470b-b95b-68d3510d3f84', 'accepted', NULL, NULL);
INSERT INTO nexus.audit OVERRIDING SYSTEM VALUE VALUES (25, '2026-11-25 13:13:08.267785+00', 'acme', 'service-account', 'pipeline', NULL, '127.0.0.1', '9ad4590b-b1a5-4817-a1de-a53178067cd8', 'state.lock', 'main', NULL, 'accepted', NULL, NULL);

INSERT INTO nexus.audit_retention VALUES (true, '400 days');

INSERT INTO nexus.changes VALUES ('aa3beb9d-3806-4d3d-bf22-399588c88b99', 'acme', 'applied0000000000000000000000000', 1, '{"callbackUrls": ["https://applied.example.com/callback"]}', 'applied', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.231928+00', '2026-11-25 13:13:06.269287+00', NULL, NULL);
INSERT INTO nexus.changes VALUES ('61959869-f466-4593-bb98-3fd0bcbe5622', 'acme', 'partner0000000000000000000000000', 1, '{"callbackUrls": ["https://partner.example.com/callback"]}', 'applied', '{"id": "auth0|ben", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.324433+00', '2026-11-25 13:13:06.343036+00', NULL, NULL);
INSERT INTO nexus.changes VALUES ('d1d8e97d-d357-4364-9e35-b9d9b0c79d7b', 'acme', 'drifted0000000000000000000000000', 1, '{"callbackUrls": ["https://drifted.example.com/callback"]}', 'applied', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.371509+00', '2026-11-25 13:13:06.383065+00', NULL, NULL);
INSERT INTO nexus.changes VALUES ('969f4157-4084-4665-b074-5a2f6df8eaf8', 'acme', 'managed0000000000000000000000000', 1, '{"callbackUrls": ["https://managed.example.com/callback"]}', 'applied', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.401987+00', '2026-11-25 13:13:06.414893+00', NULL, NULL);
INSERT INTO nexus.changes VALUES ('bb393c57-323e-464f-b488-297e4b0000ae', 'acme', 'claimed0000000000000000000000000', 1, '{"callbackUrls": ["https://claimed.example.com/callback"]}', 'applied', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.440689+00', '2026-11-25 13:13:06.447376+00', NULL, NULL);
INSERT INTO nexus.changes VALUES ('a0d498ca-fef2-4a3a-9a33-cad6fd600244', 'acme', 'adopted0000000000000000000000000', 1, '{"callbackUrls": ["https://adopted.example.com/callback"]}', 'applied', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.458618+00', '2026-11-25 13:13:06.464922+00', NULL, NULL);
INSERT INTO nexus.changes VALUES ('dab40ad8-f1f1-4540-99a0-2a34400f9be5', 'acme', 'withdrawn00000000000000000000000', 1, '{"callbackUrls": ["https://withdrawn.example.com/callback"]}', 'applied', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.479642+00', '2026-11-25 13:13:06.488503+00', NULL, NULL);
INSERT INTO nexus.changes VALUES ('3361ec68-2815-4c96-90d5-b7f3a9488066', 'acme', 'refused0000000000000000000000000', 1, '{"allowedWebOrigins": ["https://refused.example.com"]}', 'rejected', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.503797+00', '2026-11-25 13:13:06.527245+00', '{"detail": "Auth0 accepted the request but left fields as they were.", "issues": [{"detail": "Auth0 accepted the request but left this field as it was.", "pointer": "/allowedWebOrigins"}], "reason": "ignored"}', NULL);
INSERT INTO nexus.changes VALUES ('855bf838-16d9-4db5-b305-c6e221d3701f', 'acme', 'open0000000000000000000000000000', 1, '{"callbackUrls": ["https://open.example.com/callback"]}', 'accepted', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:08.115402+00', NULL, NULL, NULL);
INSERT INTO nexus.changes VALUES ('fae82854-c64f-4847-bb1b-67dd1c06fea6', 'acme', 'paused00000000000000000000000000', 1, '{"callbackUrls": ["https://paused.example.com/callback"]}', 'accepted', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:08.174549+00', NULL, NULL, NULL);
INSERT INTO nexus.changes VALUES ('82a4f560-40dc-4262-802a-e84d52f93e06', 'acme', 'pending0000000000000000000000000', 1, '{"callbackUrls": ["https://pending.example.com/callback"]}', 'accepted', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:08.187398+00', NULL, NULL, NULL);
INSERT INTO nexus.changes VALUES ('c6dd6518-ec79-4bad-9040-3263dc3f1bb3', 'acme', 'pending0000000000000000000000000', 2, '{"productName": "Billing", "allowedLogoutUrls": ["https://pending.example.com/bye"]}', 'accepted', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:08.198068+00', NULL, NULL, NULL);
INSERT INTO nexus.changes VALUES ('932386da-606a-428b-8da7-5f88afd2f0d5', 'acme', 'bulk1000000000000000000000000000', 1, '{"callbackUrls": ["https://bulk1.example.com/callback"]}', 'accepted', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:08.221546+00', NULL, NULL, NULL);
INSERT INTO nexus.changes VALUES ('f0229bf3-5c08-45b0-911e-6faa32050b37', 'acme', 'bulk2000000000000000000000000000', 1, '{"callbackUrls": ["https://bulk2.example.com/callback"]}', 'accepted', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:08.222626+00', NULL, NULL, NULL);
INSERT INTO nexus.changes VALUES ('cfd86add-147e-470b-b95b-68d3510d3f84', 'acme', 'withdrawn00000000000000000000000', 2, '{"callbackUrls": ["https://withdrawn-2.example.com/callback"]}', 'withdrawn', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:08.245424+00', '2026-11-25 13:13:08.258365+00', NULL, NULL);

INSERT INTO nexus.client_listings VALUES ('acme', 'applied0000000000000000000000000', 'the applied client', 'shop', 'the applied client
applied0000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'partner0000000000000000000000000', 'the partner client', 'shop', 'the partner client
partner0000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'drifted0000000000000000000000000', 'the drifted client', 'shop', 'the drifted client
drifted0000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'managed0000000000000000000000000', 'the managed client', 'shop', 'the managed client
managed0000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'claimed0000000000000000000000000', 'the claimed client', 'shop', 'the claimed client
claimed0000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'adopted0000000000000000000000000', 'the adopted client', 'shop', 'the adopted client
adopted0000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'withdrawn00000000000000000000000', 'the withdrawn client', 'shop', 'the withdrawn client
withdrawn00000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'refused0000000000000000000000000', 'the refused client', 'shop', 'the refused client
refused0000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'paused00000000000000000000000000', 'the paused client', 'shop', 'the paused client
paused00000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'bulk1000000000000000000000000000', 'the bulk1 client', 'shop', 'the bulk1 client
bulk1000000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'bulk2000000000000000000000000000', 'the bulk2 client', 'shop', 'the bulk2 client
bulk2000000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'open0000000000000000000000000000', 'the open client', 'shop', 'the open client
open0000000000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'untouched00000000000000000000000', 'the untouched client', 'shop', 'the untouched client
untouched00000000000000000000000
shop
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '[1,"owners","product_name","application_name"]');
INSERT INTO nexus.client_listings VALUES ('acme', 'pending0000000000000000000000000', 'the pending client', 'billing', 'the pending client
pending0000000000000000000000000
billing
', '{"acme owner auth0|ann","acme owner team-a","acme product Shop"}', '{"acme owner auth0|ann","acme owner team-a","acme product Billing"}', '[1,"owners","product_name","application_name"]');

INSERT INTO nexus.clients VALUES ('acme', 'managed0000000000000000000000000', '{"name": "The managed client", "global": false, "tenant": "simulated", "app_type": "regular_web", "callbacks": ["https://managed.example.com/callback"], "client_id": "managed0000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{"callbackUrls": ["https://managed.example.com/callback"]}', 1, 1, 4, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:06.401946+00', '2026-11-25 13:13:07.161539+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:06.414+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'drifted0000000000000000000000000', '{"name": "The drifted client", "global": false, "tenant": "simulated", "app_type": "regular_web", "callbacks": ["https://somebody-else.example.com/callback"], "client_id": "drifted0000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:08.007191+00', '{"callbackUrls": ["https://drifted.example.com/callback"]}', 1, 1, 5, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:07.849956+00', '2026-11-25 13:13:08.007192+00', '2026-11-25 13:13:08.007192+00', NULL, NULL, '2026-11-25 13:13:06.382949+00', NULL, '2026-11-25 13:13:08.007+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'adopted0000000000000000000000000', '{"name": "The adopted client", "global": false, "tenant": "simulated", "app_type": "regular_web", "callbacks": ["https://adopted.example.com/callback"], "client_id": "adopted0000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{"callbackUrls": ["https://adopted.example.com/callback"]}', 1, 1, 4, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:06.458583+00', '2026-11-25 13:13:07.161572+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:06.464+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'applied0000000000000000000000000', '{"name": "The applied client", "global": false, "tenant": "simulated", "app_type": "regular_web", "callbacks": ["https://applied.example.com/callback"], "client_id": "applied0000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{"callbackUrls": ["https://applied.example.com/callback"]}', 1, 1, 4, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:06.231645+00', '2026-11-25 13:13:07.161392+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:06.269+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'refused0000000000000000000000000', '{"name": "The refused client", "global": false, "tenant": "simulated", "app_type": "regular_web", "client_id": "refused0000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{}', 1, 1, 8, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:06.50375+00', '2026-11-25 13:13:07.161474+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:06.527+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'claimed0000000000000000000000000', '{"name": "The claimed client", "global": false, "tenant": "simulated", "app_type": "regular_web", "callbacks": ["https://claimed.example.com/callback"], "client_id": "claimed0000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{"callbackUrls": ["https://claimed.example.com/callback"]}', 1, 1, 4, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:06.440647+00', '2026-11-25 13:13:07.161553+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:06.447+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'open0000000000000000000000000000', '{"name": "The open client", "global": false, "tenant": "simulated", "app_type": "regular_web", "client_id": "open0000000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{}', 1, 0, 3, '6c1a88a4-30fa-4577-9ff1-5117b8f88283', '2026-11-25 13:13:15.621288+00', false, '2026-11-25 13:13:13.121289+00', NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:08.115356+00', '2026-11-25 13:13:08.115356+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:08.115+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'paused00000000000000000000000000', '{"name": "The paused client", "global": false, "tenant": "simulated", "app_type": "regular_web", "client_id": "paused00000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{}', 1, 0, 3, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:08.174502+00', '2026-11-25 13:13:08.174502+00', NULL, NULL, '2026-11-25 13:13:08.164494+00', '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:08.174+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'pending0000000000000000000000000', '{"name": "The pending client", "global": false, "tenant": "simulated", "app_type": "regular_web", "client_id": "pending0000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{}', 2, 0, 3, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:08.19782+00', '2026-11-25 13:13:08.19782+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:08.197+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'partner0000000000000000000000000', '{"name": "The partner client", "global": false, "tenant": "simulated", "app_type": "regular_web", "callbacks": ["https://partner.example.com/callback"], "client_id": "partner0000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{"callbackUrls": ["https://partner.example.com/callback"]}', 1, 1, 4, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:06.324355+00', '2026-11-25 13:13:07.16169+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:06.342+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'untouched00000000000000000000000', '{"name": "The untouched client", "global": false, "tenant": "simulated", "app_type": "regular_web", "client_id": "untouched00000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{}', 0, 0, 1, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:07.16171+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:06.577+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'bulk1000000000000000000000000000', '{"name": "The bulk1 client", "global": false, "tenant": "simulated", "app_type": "regular_web", "client_id": "bulk1000000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{}', 1, 0, 2, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:08.221489+00', '2026-11-25 13:13:08.221489+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:08.221+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'bulk2000000000000000000000000000', '{"name": "The bulk2 client", "global": false, "tenant": "simulated", "app_type": "regular_web", "client_id": "bulk2000000000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{}', 1, 0, 2, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:08.222587+00', '2026-11-25 13:13:08.222588+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:08.222+00', DEFAULT);
INSERT INTO nexus.clients VALUES ('acme', 'withdrawn00000000000000000000000', '{"name": "The withdrawn client", "global": false, "tenant": "simulated", "app_type": "regular_web", "callbacks": ["https://withdrawn.example.com/callback"], "client_id": "withdrawn00000000000000000000000", "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"], "sso_disabled": false, "refresh_token": {"leeway": 0, "rotation_type": "non-rotating", "token_lifetime": 2592000, "expiration_type": "non-expiring", "idle_token_lifetime": 1296000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true}, "is_first_party": true, "client_metadata": {"owners": "[\"auth0|ann\",\"team-a\"]", "product_name": "Shop"}, "oidc_conformant": false, "cross_origin_auth": false, "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000}, "custom_login_page_on": true, "callback_url_template": false, "cross_origin_authentication": false, "is_token_endpoint_ip_header_trusted": false}', '2026-11-25 13:13:07.149+00', '{"callbackUrls": ["https://withdrawn.example.com/callback"]}', 2, 2, 6, NULL, NULL, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:08.245362+00', '2026-11-25 13:13:08.259008+00', NULL, NULL, NULL, '2026-11-25 13:13:07.149+00', NULL, '2026-11-25 13:13:08.259+00', DEFAULT);

INSERT INTO nexus.idempotency_keys VALUES ('acme', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', 'kept-0001', 'jqjd5jOxO7qc00J9IgBDUs00yal9RjymYhyAqOv9XLY', '38a68ffa-f92b-4603-831a-5adfb5b89519', '2026-11-25 13:13:31.198373+00', 'aa3beb9d-3806-4d3d-bf22-399588c88b99', NULL, '{"answer":{"status":200,"headers":{"etag":"\"mZ5H_Fo8Z1GvITQbXBmKLPfZP67\"","cache-control":"private, no-cache","nexus-sync":"synced","nexus-change":"aa3beb9d-3806-4d3d-bf22-399588c88b99"},"body":"{\"id\":\"applied0000000000000000000000000\",\"name\":\"The applied client\",\"type\":\"regular_web\",\"mobile\":{\"ios\":{\"team_id\":null,\"app_bundle_identifier\":null},\"android\":{\"keystore_hash\":null,\"app_package_name\":null}},\"owners\":[\"auth0|ann\",\"team-a\"],\"secret\":null,\"logoUrl\":null,\"grantTypes\":[\"authorization_code\",\"implicit\",\"refresh_token\",\"client_credentials\"],\"productName\":\"Shop\",\"callbackUrls\":[\"https://applied.example.com/callback\"],\"client_upn_key\":null,\"applicationName\":null,\"manuallyCreated\":true,\"allowedLogoutUrls\":null,\"allowedWebOrigins\":null,\"idTokenExpiration\":36000,\"allowedCorsOrigins\":null,\"refreshTokenReuseInterval\":0,\"refreshTokenAbsoluteLifetime\":2592000,\"isRefreshTokenRotationEnabled\":false,\"allowCrossOriginAuthentication\":false,\"refreshTokenInactivityLifetime\":1296000,\"isRefreshTokenAbsoluteExpirationEnabled\":false,\"isRefreshTokenInactivityLifetimeEnabled\":false}"}}', '2026-11-25 13:13:06.198374+00');
INSERT INTO nexus.idempotency_keys VALUES ('acme', '{"id": "auth0|ben", "kind": "user", "application": "portal"}', 'partner-0001', '1EVQH6Q4sQ6iEzYhGHV8efj9Ff4LOSjzcQbTXoeRGQ4', '485b495a-2ff1-49d7-977a-7dc5cf31ca3b', '2026-11-25 13:13:31.300634+00', '61959869-f466-4593-bb98-3fd0bcbe5622', NULL, '{"answer":{"status":200,"headers":{"etag":"\"61ijM0wFO-6o7MtYtmdAWVSLaHB\"","cache-control":"private, no-cache","nexus-sync":"synced","nexus-change":"61959869-f466-4593-bb98-3fd0bcbe5622"},"body":"{\"id\":\"partner0000000000000000000000000\",\"name\":\"The partner client\",\"type\":\"regular_web\",\"mobile\":{\"ios\":{\"team_id\":null,\"app_bundle_identifier\":null},\"android\":{\"keystore_hash\":null,\"app_package_name\":null}},\"owners\":[\"auth0|ann\",\"team-a\"],\"secret\":null,\"logoUrl\":null,\"grantTypes\":[\"authorization_code\",\"implicit\",\"refresh_token\",\"client_credentials\"],\"productName\":\"Shop\",\"callbackUrls\":[\"https://partner.example.com/callback\"],\"client_upn_key\":null,\"applicationName\":null,\"manuallyCreated\":true,\"allowedLogoutUrls\":null,\"allowedWebOrigins\":null,\"idTokenExpiration\":36000,\"allowedCorsOrigins\":null,\"refreshTokenReuseInterval\":0,\"refreshTokenAbsoluteLifetime\":2592000,\"isRefreshTokenRotationEnabled\":false,\"allowCrossOriginAuthentication\":false,\"refreshTokenInactivityLifetime\":1296000,\"isRefreshTokenAbsoluteExpirationEnabled\":false,\"isRefreshTokenInactivityLifetimeEnabled\":false}"}}', '2026-11-25 13:13:06.300635+00');
INSERT INTO nexus.idempotency_keys VALUES ('acme', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', 'open-0001', '4lsQ6MpcZu-IkWpZVZjGBKaTE88F3OjvGXMUCEebbHs', '8e636042-88af-446d-8585-416dff7b0b13', '2026-11-25 13:14:23.1115+00', '855bf838-16d9-4db5-b305-c6e221d3701f', NULL, NULL, '2026-11-25 13:13:08.1115+00');
INSERT INTO nexus.idempotency_keys VALUES ('acme', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', 'pending-0001', '_WXvwG_w43Bc5oEB93pthAIcyPTed40euDsf8EFt8uM', '602eb9c1-22ce-429e-a4e0-ee7926795216', '2026-11-25 13:13:23.183716+00', '82a4f560-40dc-4262-802a-e84d52f93e06', NULL, '{"answer":{"status":202,"headers":{"etag":"\"bA46HY_3ppOGGCXMOEkZRBb4-oa\"","cache-control":"private, no-cache","nexus-sync":"pending","nexus-change":"82a4f560-40dc-4262-802a-e84d52f93e06","preference-applied":"respond-async","location":"/v1/tenants/acme/changes/82a4f560-40dc-4262-802a-e84d52f93e06","retry-after":"30"},"body":"{\"id\":\"pending0000000000000000000000000\",\"name\":\"The pending client\",\"type\":\"regular_web\",\"mobile\":{\"ios\":{\"team_id\":null,\"app_bundle_identifier\":null},\"android\":{\"keystore_hash\":null,\"app_package_name\":null}},\"owners\":[\"auth0|ann\",\"team-a\"],\"secret\":null,\"logoUrl\":null,\"grantTypes\":[\"authorization_code\",\"implicit\",\"refresh_token\",\"client_credentials\"],\"productName\":\"Shop\",\"callbackUrls\":[\"https://pending.example.com/callback\"],\"client_upn_key\":null,\"applicationName\":null,\"manuallyCreated\":true,\"allowedLogoutUrls\":null,\"allowedWebOrigins\":null,\"idTokenExpiration\":36000,\"allowedCorsOrigins\":null,\"refreshTokenReuseInterval\":0,\"refreshTokenAbsoluteLifetime\":2592000,\"isRefreshTokenRotationEnabled\":false,\"allowCrossOriginAuthentication\":false,\"refreshTokenInactivityLifetime\":1296000,\"isRefreshTokenAbsoluteExpirationEnabled\":false,\"isRefreshTokenInactivityLifetimeEnabled\":false}"}}', '2026-11-25 13:13:08.183716+00');
INSERT INTO nexus.idempotency_keys VALUES ('acme', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', 'bulk-0001', 'JsqiJto4AeQfhCmYemUkeMi8q8mB8n2F3ZlNmOlj5QM', '67581d18-bb28-40f9-963a-b881df783b63', '2026-11-25 13:14:23.207069+00', NULL, 'fe0aa082-d36c-4f5c-996f-f3ec18519a36', '{"answer":{"status":202,"headers":{"cache-control":"private, no-cache","location":"/v1/tenants/acme/operations/fe0aa082-d36c-4f5c-996f-f3ec18519a36","retry-after":"1","preference-applied":"respond-async"},"body":"{\"id\":\"fe0aa082-d36c-4f5c-996f-f3ec18519a36\",\"tenantId\":\"acme\",\"author\":{\"id\":\"auth0|ann\",\"kind\":\"user\",\"application\":\"portal\"},\"createdAt\":\"2026-11-25T13:13:08.209Z\",\"counts\":{\"undecided\":0,\"refused\":0,\"unchanged\":0,\"accepted\":2,\"applied\":0,\"rejected\":0,\"withdrawn\":0},\"elements\":[{\"id\":\"bulk1000000000000000000000000000\",\"status\":\"accepted\",\"change\":\"932386da-606a-428b-8da7-5f88afd2f0d5\",\"links\":{\"change\":\"/v1/tenants/acme/changes/932386da-606a-428b-8da7-5f88afd2f0d5\"}},{\"id\":\"bulk2000000000000000000000000000\",\"status\":\"accepted\",\"change\":\"f0229bf3-5c08-45b0-911e-6faa32050b37\",\"links\":{\"change\":\"/v1/tenants/acme/changes/f0229bf3-5c08-45b0-911e-6faa32050b37\"}}],\"links\":{\"self\":\"/v1/tenants/acme/operations/fe0aa082-d36c-4f5c-996f-f3ec18519a36\"}}"}}', '2026-11-25 13:13:08.207069+00');

INSERT INTO nexus.operation_elements VALUES ('fe0aa082-d36c-4f5c-996f-f3ec18519a36', 0, 'bulk1000000000000000000000000000', '932386da-606a-428b-8da7-5f88afd2f0d5', NULL);
INSERT INTO nexus.operation_elements VALUES ('fe0aa082-d36c-4f5c-996f-f3ec18519a36', 1, 'bulk2000000000000000000000000000', 'f0229bf3-5c08-45b0-911e-6faa32050b37', NULL);

INSERT INTO nexus.operations VALUES ('fe0aa082-d36c-4f5c-996f-f3ec18519a36', 'acme', '{"id": "auth0|ann", "kind": "user", "application": "portal"}', '2026-11-25 13:13:08.209007+00');

INSERT INTO nexus.service_accounts VALUES ('issued-account', '{"roles": [], "tenants": ["acme"], "products": [], "permissions": ["client.write.all"], "terraformStates": "*"}', 'scrypt$32768$8$3$xuzKK6wYm4gEQjp1H7SDYQ==$udsJn+XNmQNgI9vzGwZkfESilLZ2LQJBKV3LFLnCFvw=', '2026-11-25 13:13:07.077481+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 13:13:07.077481+00', '{"id": "auth0|admin", "kind": "user", "application": "portal"}');

INSERT INTO nexus.tenants VALUES ('acme', '2026-11-25 13:13:08.179806+00', NULL, NULL, NULL, '2026-11-26 13:13:08.107146+00', NULL, '2026-11-25 13:13:07.147+00', 14, NULL);

INSERT INTO nexus.terraform_events VALUES ('acme', 'main', 1, 'managed0000000000000000000000000', 'moved', NULL, '2026-11-25 13:13:06.838596+00');
INSERT INTO nexus.terraform_events VALUES ('acme', 'legacy', 1, 'claimed0000000000000000000000000', 'moved', NULL, '2026-11-25 13:13:06.857291+00');

INSERT INTO nexus.terraform_requests VALUES ('acme', 'adopted0000000000000000000000000', 'main', 'adopt', '{"id": "auth0|admin", "kind": "user", "application": "portal"}', '2026-11-25 13:13:06.864811+00');

INSERT INTO nexus.terraform_resources VALUES ('acme', 'main', 0, 'auth0_client.managed', 'auth0_client', 'managed0000000000000000000000000', false, NULL);
INSERT INTO nexus.terraform_resources VALUES ('acme', 'legacy', 0, 'auth0_client.claimed', 'auth0_client', 'claimed0000000000000000000000000', false, NULL);

INSERT INTO nexus.terraform_state_versions VALUES ('acme', 'main', 1, 'lineage-1', 1, '1.11.4', 'd578f898f60f4c87f6292cd3016a75b656c20df531ee6be98ad4cf07aa9c1c77', 419, 'f849d673', '\xeb3cd12477f6ec43dcf1121b377d76f93552756ab6e0cd9a6520e9bf2b2b1d9d55484aa89ebd2c743c8945c3fda396dd0ec73192cefc263ab30ecddca9f1cdb8467ffae68558912cd6acea467e1cc3212a17eddf2efb9d11e01094263a194760ef34fa209e21ca2c13cd3113cd5d336ae67e5afa023d7e7c4c95c65523a495251ceb5806957bb85bc3bee88f13a3a606f1ed899f27d9f6a2afd7403f96fc29ac6c426556063a8899794f89aaaec37ca893d12f9e51182dfcdf93de4844a0a7a8911ebaeb0f05f9952fd0f8cded5e5c7639c3e9ccbd220d501978eb407f42be6d0d74312973d34ee16fd0213f2aba9af45cca566d9a8c1352b82204b3edd2fe07af8fc962c005', NULL, '2026-11-25 13:13:06.837041+00', '{"id": "pipeline", "kind": "service-account", "application": null}');
INSERT INTO nexus.terraform_state_versions VALUES ('acme', 'main', 2, 'lineage-1', 2, '1.11.4', '9362088a5a6366448b2ff13f7ea7d82afac1dfce17d262d3a0d7c4b5353abf5b', 419, 'f849d673', '\x5bff0aeb3e2089fcbe9c2a1d28388be18a6edcf0ff9ba6efff4f713471f46b44ad9cb8d768bf019a0240c935c59b86a5a0301ae466c75aea5c9421efe39b785d7c42ce373dc170c54b9b5d9f5bed756a1a427caa71a86f11574365da00d37398133a8c0033132938bccfe0c1d382d9adf50c531c0ed3fbf2a21915078eebcce9281b0954dd176a5318337e2798a676b92bd29ec03287ca4408e2892a327743fb3b23ff068f15964b4f7c35d816b569761634b731113e4c215ffaf496cf57e4b08889e533fb9ee570a67848dac9c818978d1aa8b7a9a1ba85f8b5b5f998059b4556c6dbae456d627c0f7f3f2c1c7c5ca5f502ed302408c75bb7122b2a3e0ffe250cb771b513c9', NULL, '2026-11-25 13:13:06.849252+00', '{"id": "pipeline", "kind": "service-account", "application": null}');
INSERT INTO nexus.terraform_state_versions VALUES ('acme', 'legacy', 1, 'lineage-1', 7, '1.11.4', 'd63a21d73043be5facc5fa53b463000993feca9439470b2869c2b0339a135340', 419, 'f849d673', '\x7487a4fd910fe3b75ccce35769031c713d66e8ca1473b1ab0267b7701b81f000bbb27edc665a21c5f57d6c0b1402febce61c782b4738d8cb7ea0395a34dc163859b9eeb249048b72c0ffc162092a0c79de692d0bb03ef1ff6d503a877d7cae49601b4653e946c4a57f8b74e171f678af9f99943b8e8a6ca6a803b833ddc6035ae3e5e1fc096285b569619dd3bfa82b1eef393d7f79c19cdf5cec02e2650d6b6058dba79ca520aab13aef07d725e3ff4e00dd30773a5406936af33f947269c126c78d0727989faad4e2932abeac3a9997fae9bf470c30e12e2af8b9e7d653535722e0bd35bc0b756d44f86e5c21453e52b1007d8c5b38be67d414f06f0cfa70d9645b849d0ba43c81536f14', NULL, '2026-11-25 13:13:06.856615+00', '{"id": "pipeline", "kind": "service-account", "application": null}');

INSERT INTO nexus.terraform_states VALUES ('acme', 'legacy', 1, 1, 7, '2026-11-25 13:13:06.856871+00', '[]', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO nexus.terraform_states VALUES ('acme', 'main', 2, 2, 2, '2026-11-25 13:13:06.849513+00', '[]', 1, '{"ID": "4f1f1b6e-0000-4000-8000-000000000001", "Who": "ann@laptop", "Info": "", "Path": "", "Created": "2026-01-02T03:04:05.123456789Z", "Version": "1.11.4", "Operation": "OperationTypeApply"}', '{"id": "pipeline", "kind": "service-account", "application": null}', '2026-11-25 13:13:08.26732+00', '2026-11-25 13:28:08.26732+00', '2026-11-25 13:28:08.267321+00', NULL, '{}');

INSERT INTO public.nexus_migrations VALUES ('0001-clients-and-changes', '2026-11-25T13:13:05.492Z');
INSERT INTO public.nexus_migrations VALUES ('0002-terraform', '2026-11-25T13:13:05.549Z');
INSERT INTO public.nexus_migrations VALUES ('0003-callers', '2026-11-25T13:13:05.580Z');
INSERT INTO public.nexus_migrations VALUES ('0004-requests', '2026-11-25T13:13:05.620Z');
INSERT INTO public.nexus_migrations VALUES ('0005-audit', '2026-11-25T13:13:05.647Z');
INSERT INTO public.nexus_migrations VALUES ('0006-client-lists', '2026-11-25T13:13:05.735Z');

INSERT INTO public.nexus_migrations_lock VALUES ('migration_lock', 0);

SELECT pg_catalog.setval('nexus.audit_id_seq', 25, true);

ALTER TABLE ONLY nexus.application_tokens
    ADD CONSTRAINT application_tokens_pkey PRIMARY KEY (name);

ALTER TABLE ONLY nexus.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY nexus.audit_retention
    ADD CONSTRAINT audit_retention_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY nexus.budgets
    ADD CONSTRAINT budgets_pkey PRIMARY KEY (tenant_id, bucket);

ALTER TABLE ONLY nexus.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY nexus.changes
    ADD CONSTRAINT changes_tenant_id_client_id_generation_key UNIQUE (tenant_id, client_id, generation);

ALTER TABLE ONLY nexus.client_listings
    ADD CONSTRAINT client_listings_pkey PRIMARY KEY (tenant_id, client_id);

ALTER TABLE ONLY nexus.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (tenant_id, client_id) INCLUDE (updated_at, waiting, drifted_at, stalled_at, paused_at);

ALTER TABLE ONLY nexus.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, caller, key);

ALTER TABLE ONLY nexus.operation_elements
    ADD CONSTRAINT operation_elements_pkey PRIMARY KEY (operation_id, place);

ALTER TABLE ONLY nexus.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY nexus.service_accounts
    ADD CONSTRAINT service_accounts_pkey PRIMARY KEY (name);

ALTER TABLE ONLY nexus.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY nexus.terraform_events
    ADD CONSTRAINT terraform_events_pkey PRIMARY KEY (tenant_id, state, snapshot);

ALTER TABLE ONLY nexus.terraform_requests
    ADD CONSTRAINT terraform_requests_pkey PRIMARY KEY (tenant_id, client_id);

ALTER TABLE ONLY nexus.terraform_resources
    ADD CONSTRAINT terraform_resources_pkey PRIMARY KEY (tenant_id, state, place);

ALTER TABLE ONLY nexus.terraform_state_versions
    ADD CONSTRAINT terraform_state_versions_pkey PRIMARY KEY (tenant_id, state, version);

ALTER TABLE ONLY nexus.terraform_states
    ADD CONSTRAINT terraform_states_pkey PRIMARY KEY (tenant_id, name);

ALTER TABLE ONLY public.nexus_migrations_lock
    ADD CONSTRAINT nexus_migrations_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.nexus_migrations
    ADD CONSTRAINT nexus_migrations_pkey PRIMARY KEY (name);

CREATE UNIQUE INDEX application_tokens_by_previous ON nexus.application_tokens USING btree (previous_hash);

CREATE UNIQUE INDEX application_tokens_by_secret ON nexus.application_tokens USING btree (secret_hash);

CREATE INDEX audit_in_time ON nexus.audit USING btree (at, id);

CREATE INDEX audit_of_tenant ON nexus.audit USING btree (tenant_id, at, id);

CREATE INDEX changes_pending ON nexus.changes USING btree (tenant_id, client_id, generation) WHERE (status = 'accepted'::text);

CREATE INDEX client_listings_by_name ON nexus.client_listings USING btree (tenant_id, name, client_id);

CREATE INDEX client_listings_by_product ON nexus.client_listings USING btree (tenant_id, product, client_id);

CREATE INDEX client_listings_read_by ON nexus.client_listings USING btree (tenant_id, read_by);

CREATE INDEX client_listings_terms ON nexus.client_listings USING gin (admits_confirmed, admits_desired, nexus.grams(tenant_id, words)) WITH (fastupdate=off);

CREATE INDEX clients_by_update ON nexus.clients USING btree (tenant_id, updated_at, client_id);

CREATE INDEX clients_drifted ON nexus.clients USING btree (tenant_id) WHERE (drifted_at IS NOT NULL);

CREATE INDEX clients_paused ON nexus.clients USING btree (tenant_id) WHERE (paused_at IS NOT NULL);

CREATE INDEX clients_stalled ON nexus.clients USING btree (tenant_id) WHERE (stalled_at IS NOT NULL);

CREATE INDEX clients_waiting ON nexus.clients USING btree (tenant_id) WHERE waiting;

CREATE INDEX clients_with_lag ON nexus.clients USING btree (tenant_id, next_try_at) WHERE ((generation > settled_generation) OR (verify_at IS NOT NULL));

CREATE INDEX idempotency_keys_by_age ON nexus.idempotency_keys USING btree (created_at);

CREATE INDEX operation_elements_of_change ON nexus.operation_elements USING btree (change_id) WHERE (change_id IS NOT NULL);

CREATE INDEX operations_by_age ON nexus.operations USING btree (created_at);

CREATE INDEX terraform_resources_of_client ON nexus.terraform_resources USING btree (tenant_id, client_id);

CREATE TRIGGER audit_is_kept BEFORE DELETE OR UPDATE ON nexus.audit FOR EACH ROW EXECUTE FUNCTION nexus.audit_is_kept();

CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON nexus.audit FOR EACH STATEMENT EXECUTE FUNCTION nexus.audit_is_kept();

ALTER TABLE ONLY nexus.changes
    ADD CONSTRAINT changes_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id) REFERENCES nexus.clients(tenant_id, client_id);

ALTER TABLE ONLY nexus.client_listings
    ADD CONSTRAINT client_listings_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id) REFERENCES nexus.clients(tenant_id, client_id);

ALTER TABLE ONLY nexus.operation_elements
    ADD CONSTRAINT operation_elements_change_id_fkey FOREIGN KEY (change_id) REFERENCES nexus.changes(id);

ALTER TABLE ONLY nexus.operation_elements
    ADD CONSTRAINT operation_elements_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES nexus.operations(id) ON DELETE CASCADE;

ALTER TABLE ONLY nexus.terraform_state_versions
    ADD CONSTRAINT terraform_state_versions_tenant_id_state_fkey FOREIGN KEY (tenant_id, state) REFERENCES nexus.terraform_states(tenant_id, name);
