"""The SQL of intake: set-based, each statement over all alerts of a request at once.

Locks are taken in one order everywhere: grouping → case → alert → observables, each sorted, so that senders wait for
one another and never in a circle. ``%(items)s`` is one JSON array, the cheapest way to hand PostgreSQL many rows.

What is looked up for each row stands in a lateral subquery with ``limit 1``: the planner cannot turn it into a join,
so that a plan made while a table was empty, and kept, still goes by the unique index when it holds millions.
"""

from __future__ import annotations

# What is there already: alerts sent before, and the open case of each grouping key. Attaching takes the grouping row
# FOR KEY SHARE: attachers do not wait for one another, and closing (which deletes the row) waits for them.
LOOK = """
with item as materialized (
    select external_id, key from jsonb_to_recordset(%(items)s::jsonb) as i(external_id text, key text)),
grouped as materialized (
    select wanted.key, g.case_id from (select distinct key from item order by key) as wanted
     cross join lateral (
        select case_id from casebook_grouping g
         where g.team_id = %(team)s and g.source_id = %(source)s and g.key = wanted.key
           and g.until > now() and g.case_id is not null
         limit 1 for key share) as g)
select 'alert' as what, item.external_id as name, a.id, a.case_id, a.state, a.closed_at
  from item cross join lateral (
    select a.id, a.case_id, c.state, c.closed_at
      from casebook_alert a left join casebook_case c on c.id = a.case_id
     where a.source_id = %(source)s and a.external_id = item.external_id limit 1) as a
union all
select 'group', key, null, case_id, null, null from grouped
"""

# A sender's repeats: counted, seen later; severity may rise and never falls.
REPEAT = """
with locked as materialized (
    select a.id, i.times, i.severity
      from jsonb_to_recordset(%(items)s::jsonb) as i(alert bigint, times int, severity int)
      join casebook_alert a on a.id = i.alert order by a.id for no key update of a)
update casebook_alert a
   set count = a.count + i.times, last_seen_at = now(), severity = greatest(a.severity, i.severity)
  from locked i where a.id = i.id returning a.id, a.count::int
"""

# Take each key that has no open case exclusively; the no-op update returns the row as it stands under the lock, so
# that of many senders one opens and the others find its case. The case's number is drawn here, before the alert.
CLAIM = """
insert into casebook_grouping as g (team_id, source_id, key, case_id, until)
select %(team)s, %(source)s, key, null, '-infinity' from (
    select distinct key from jsonb_to_recordset(%(items)s::jsonb) as i(key text)) as keys order by key
on conflict (team_id, source_id, key) do update set until = g.until
returning key, case when until > now() then case_id end as case_id, nextval('casebook_case_id_seq') as next_id
"""

# Every instant is the transaction's now(): the case, its clocks and its alerts agree to the microsecond.
OPEN = """
with item as materialized (
    select * from jsonb_to_recordset(%(cases)s::jsonb) as i(
        id bigint, key text, title text, about text, severity int, playbook_version bigint, why text,
        playbook text, techniques text[], first_event_at timestamptz, detected_at timestamptz, follows bigint)),
opened as (
    insert into casebook_case (id, team_id, source_id, title, about, state, tier, severity, version,
        playbook_version_id, playbook_why, techniques, alert_count, evidence_count, verdict, closed_how, closed_from,
        waiting_from, waiting_reason, returned_question, changed_by, changed_verb, follows_id,
        first_event_at, detected_at, opened_at, received_at, changed_at)
    select id, %(team)s, %(source)s, title, about, 'new', 'l1', severity, 1, playbook_version, why, techniques, 1, 0,
        '', '', '', '', '', '', '', '', follows, first_event_at, detected_at, now(), now(), now() from item),
grouped as (
    insert into casebook_grouping (team_id, source_id, key, case_id, until)
    select %(team)s, %(source)s, key, id, now() + %(window)s from item order by key
    on conflict (team_id, source_id, key) do update set case_id = excluded.case_id, until = excluded.until),
clocks as (
    insert into casebook_clock (case_id, team_id, measure, policy_id, target_s, state, started_at, due_at, risk_at,
        paused_s, segments)
    select item.id, %(team)s, p.measure, p.policy, p.target_s, 'running', now(),
        now() + make_interval(secs => p.target_s), now() + make_interval(secs => p.target_s * 0.75), 0,
        jsonb_build_array(jsonb_build_object('from', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'to', null, 'state', 'running', 'why', %(began)s::text))
      from item join jsonb_to_recordset(%(plan)s::jsonb) as p(severity int, measure text, policy bigint, target_s int)
        on p.severity = item.severity)
insert into casebook_journal (team_id, case_id, verb, subject, actor_kind, actor_name, token_id, payload)
select %(team)s, id, 'case.opened', 'case:' || id, 'source', %(actor)s, %(token)s,
       jsonb_build_object('title', title, 'playbook', playbook, 'why', why, 'follows', follows) from item
returning id
"""

# The raw bytes and the narrow row. An id that another sender inserted meanwhile returns nothing: the caller starts
# again and finds it as a repeat.
ALERTS = """
with item as materialized (
    select nextval('raw_body_id_seq') as raw_id, i.*, convert_to(i.body, 'UTF8') as bytes
      from jsonb_to_recordset(%(items)s::jsonb) as i(
        external_id text, title text, description text, severity int, tlp text, pap text, rule_id text,
        rule_name text, techniques text[], tactics text[], assets jsonb, link text, detected_at timestamptz,
        first_event_at timestamptz, last_event_at timestamptz, times int, events int, body text, case_id bigint,
        opened boolean)),
stored as (
    insert into casebook_raw_body (id, at, team_id, source_id, sha256, body, outcome, reason, place)
    select raw_id, now(), %(team)s, %(source)s, sha256(bytes), bytes, 'understood', '', '' from item),
alerts as (
    insert into casebook_alert (team_id, source_id, case_id, external_id, title, description, severity, tlp, pap,
        rule_id, rule_name, techniques, tactics, assets, link, detected_at, first_event_at, last_event_at, count,
        events, raw_id, raw_at, received_at, last_seen_at)
    select %(team)s, %(source)s, case_id, external_id, title, description, severity, tlp, pap, rule_id, rule_name,
        techniques, tactics, assets, link, detected_at, first_event_at, last_event_at, times, events, raw_id, now(),
        now(), now()
      from item order by external_id
    on conflict (source_id, external_id) do nothing returning id, external_id, case_id, title),
told as (
    insert into casebook_journal (team_id, case_id, verb, subject, actor_kind, actor_name, token_id, payload)
    select %(team)s, alerts.case_id, 'alert.attached', 'alert:' || alerts.id, 'source', %(actor)s, %(token)s,
           jsonb_build_object('title', alerts.title)
      from alerts join item using (external_id) where not item.opened)
select external_id, id from alerts
"""

# What follows from cases opened and alerts attached. A row that waits already is enough.
WORK = """
insert into casebook_work (kind, queue, subject, team_id, lane, state, payload, run_after, attempt, fence, progress,
    error)
select kind, queue, subject, %(team)s, lane, 'waiting', '{}', now() + make_interval(secs => delay), 0, 0, 0, ''
  from jsonb_to_recordset(%(work)s::jsonb) as w(kind text, queue text, subject text, lane int, delay float)
 order by kind, subject
on conflict (kind, subject) where state = 'waiting' do nothing
"""

OBSERVABLES = """
insert into casebook_observable (team_id, type, value, key)
select %(team)s, type, value, key from (
    select distinct on (type, key) type, value, key
      from jsonb_to_recordset(%(links)s::jsonb) as l(type text, value text, key text)) as found
 order by type collate "C", key collate "C"
on conflict (team_id, type, key) do nothing
"""

# A new statement, because rows another sender inserted are visible only to a later snapshot.
LINKS = """
with link as materialized (
    select o.id as observable, l.alert, l.case_id, l.role
      from jsonb_to_recordset(%(links)s::jsonb) as l(alert bigint, case_id bigint, type text, key text, role text)
     cross join lateral (
        select id from casebook_observable o
         where o.team_id = %(team)s and o.type = l.type and o.key = l.key limit 1) as o),
of_case as (
    insert into casebook_caseobservable (case_id, observable_id, role, count)
    select case_id, observable, role, count(*) from link where case_id is not null
     group by case_id, observable, role order by case_id, observable, role
    on conflict (case_id, observable_id, role) do nothing)
insert into casebook_alertobservable (alert_id, observable_id, role)
select distinct alert, observable, role from link
on conflict (alert_id, observable_id, role) do nothing
"""

# A repeat of an alert whose case is closed moves to the case that follows it.
MOVE = """
with locked as materialized (
    select a.id, i.case_id, i.times, i.severity
      from jsonb_to_recordset(%(items)s::jsonb) as i(alert bigint, case_id bigint, times int, severity int)
      join casebook_alert a on a.id = i.alert order by a.id for no key update of a)
update casebook_alert a set case_id = i.case_id, count = a.count + i.times, last_seen_at = now(),
       severity = greatest(a.severity, i.severity)
  from locked i where a.id = i.id
"""

REFUSE = """
insert into casebook_raw_body (team_id, source_id, sha256, body, outcome, reason, place)
values (%(team)s, %(source)s, sha256(%(body)s::bytea), %(body)s::bytea, %(outcome)s, %(reason)s, %(place)s)
"""
