-- The floor: what the same work costs PostgreSQL alone. One alert row with its event, five observables, plain indexes.
drop table if exists floor_observable;
drop table if exists floor_alert;
create table floor_alert (
    id bigint generated always as identity primary key,
    source text not null,
    external_id text not null,
    title text not null,
    description text not null,
    severity smallint not null,
    received_at timestamptz not null default now(),
    tags text[] not null,
    body jsonb not null,
    unique (source, external_id)
);
create index on floor_alert (severity, received_at desc);
create index on floor_alert (received_at desc);
create table floor_observable (
    id bigint generated always as identity primary key,
    alert_id bigint not null references floor_alert (id) deferrable initially deferred,
    type text not null,
    value text not null
);
create index on floor_observable (alert_id);
create index on floor_observable (value, type);
create or replace function floor_body() returns jsonb language sql immutable as
$$ select jsonb_build_object('process', repeat('x', 1100), 'host', 'ws-1', 'user', 'someone') $$;
