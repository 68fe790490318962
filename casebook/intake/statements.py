"""The SQL of intake: set-based, each statement over all alerts of a chunk at once.

Rows are locked in one order everywhere: grouping → case → alert, each sorted, so that senders wait for one another
and never in a circle; new observables go in before any of these is held exclusively. ``%(items)s`` is one JSON array,
the cheapest way to hand PostgreSQL many rows.

What is looked up for each row stands in a lateral subquery with ``limit 1``: the planner cannot turn it into a join.
And it is told that everything here has an index: a plan, and those of foreign keys, is made once and kept, and one
made while a table was small would read the whole of it for each row when it holds thousands.
"""

from __future__ import annotations

BY_INDEX = "set local enable_seqscan = off"

# What is there already: alerts sent before, and the open case of each grouping key. Attaching takes the grouping row
# FOR KEY SHARE: attachers do not wait for one another, and closing (which deletes the row) waits for them. Observables
# go in here because rows another sender inserted are visible only to a later snapshot: STORE links them.
LOOK = """
with item as materialized (
    select external_id, key from jsonb_to_recordset(%(items)s::jsonb) as i(external_id text, key text)),
observables as (
    insert into casebook_observable (team_id, type, value, key)
    select %(team)s, type, value, key
      from jsonb_to_recordset(%(observables)s::jsonb) as o(type text, value text, key text)
     order by type collate "C", key collate "C"
    on conflict (team_id, type, key) do nothing),
grouped as materialized (
    select wanted.key, g.case_id, g.until from (select distinct key from item order by key) as wanted
     cross join lateral (
        select case_id, until from casebook_grouping g
         where g.team_id = %(team)s and g.source_id = %(source)s and g.key = wanted.key
           and g.until > now() and g.case_id is not null
         limit 1 for key share) as g)
select 'alert' as what, item.external_id as name, a.id, a.case_id, a.state, null::timestamptz as moment
  from item cross join lateral (
    select a.id, a.case_id, c.state
      from casebook_alert a left join casebook_case c on c.id = a.case_id
     where a.source_id = %(source)s and a.external_id = item.external_id limit 1) as a
union all
select 'group', key, null, case_id, null, until from grouped
union all
select 'now', '', null, null, null, now()
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
# that of many senders one opens and the others find its case. The case's number is drawn here, before the alert. With
# it the case of this key that was closed last, where that is not long ago.
CLAIM = """
insert into casebook_grouping as g (team_id, source_id, key, case_id, until)
select %(team)s, %(source)s, key, null, '-infinity' from (
    select distinct key from jsonb_to_recordset(%(items)s::jsonb) as i(key text)) as keys order by key
on conflict (team_id, source_id, key) do update set until = g.until
returning key, case when until > now() then case_id end as case_id, nextval('casebook_case_id_seq') as next_id,
    (select c.id from casebook_case c
      where c.source_id = %(source)s and c.grouping_key = g.key and c.state = 'closed' and c.grouping_key <> ''
        and c.closed_at > now() - %(closed_within)s
      order by c.closed_at desc, c.id desc limit 1) as closed_id
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
        waiting_from, waiting_reason, returned_question, changed_by, changed_verb, follows_id, grouping_key,
        first_event_at, detected_at, opened_at, received_at, changed_at)
    select id, %(team)s, %(source)s, title, about, 'new', 'l1', severity, 1, playbook_version, why, techniques, 1, 0,
        '', '', '', '', '', '', '', '', follows, key, first_event_at, detected_at, now(), now(), now() from item),
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

# The raw bytes, the narrow row, its observables, and the work that follows, of which a row that waits already is
# enough. An id that another sender inserted meanwhile returns nothing: the caller starts again and finds a repeat.
STORE = """
with item as materialized (
    select nextval('raw_body_id_seq') as raw_id, i.*, convert_to(i.body, 'UTF8') as bytes
      from jsonb_to_recordset(%(items)s::jsonb) as i(
        external_id text, title text, description text, severity int, tlp text, pap text, rule_id text,
        rule_name text, techniques text[], tactics text[], assets jsonb, entity text, link text,
        detected_at timestamptz, first_event_at timestamptz, last_event_at timestamptz, times int, events int,
        body text, adapter text, case_id bigint, suppressed_by bigint, opened boolean)),
raw as (
    insert into casebook_raw_body (id, at, team_id, source_id, sha256, body, outcome, adapter, reason, place)
    select raw_id, now(), %(team)s, %(source)s, sha256(bytes), bytes, 'understood', adapter, '', '' from item),
stored as (
    insert into casebook_alert (team_id, source_id, case_id, suppressed_by_id, external_id, title, description,
        severity, tlp, pap, rule_id, rule_name, techniques, tactics, assets, entity, link, detected_at,
        first_event_at, last_event_at, count, events, raw_id, raw_at, received_at, last_seen_at)
    select %(team)s, %(source)s, case_id, suppressed_by, external_id, title, description, severity, tlp, pap, rule_id,
        rule_name, techniques, tactics, assets, entity, link, detected_at, first_event_at, last_event_at, times,
        events, raw_id, now(), now(), now()
      from item order by external_id
    on conflict (source_id, external_id) do nothing returning id, external_id, case_id, title),
told as (
    insert into casebook_journal (team_id, case_id, verb, subject, actor_kind, actor_name, token_id, payload)
    select %(team)s, stored.case_id, 'alert.attached', 'alert:' || stored.id, 'source', %(actor)s, %(token)s,
           jsonb_build_object('title', stored.title)
      from stored join item using (external_id) where stored.case_id is not null and not item.opened),
link as materialized (
    select o.id as observable, stored.id as alert, stored.case_id, l.role
      from jsonb_to_recordset(%(links)s::jsonb) as l(external_id text, type text, key text, role text)
      join stored using (external_id)
     cross join lateral (
        select id from casebook_observable o
         where o.team_id = %(team)s and o.type = l.type and o.key = l.key limit 1) as o),
of_alert as (
    insert into casebook_alertobservable (alert_id, observable_id, role)
    select distinct alert, observable, role from link),
of_case as (
    insert into casebook_caseobservable (case_id, observable_id, role, count)
    select case_id, observable, role, count(*) from link where case_id is not null
     group by case_id, observable, role order by case_id, observable, role
    on conflict (case_id, observable_id, role) do nothing),
asked as (
    insert into casebook_work (kind, queue, subject, team_id, lane, state, payload, run_after, attempt, fence,
        progress, error)
    select kind, queue, subject, %(team)s, lane, 'waiting', '{}', now() + make_interval(secs => delay), 0, 0, 0, ''
      from jsonb_to_recordset(%(work)s::jsonb) as w(kind text, queue text, subject text, lane int, delay float)
     order by kind, subject
    on conflict (kind, subject) where state = 'waiting' do nothing)
select external_id, id from stored
"""

# The same for alerts that are there already: what moves to another case takes its observables along.
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

WORK = """
insert into casebook_work (kind, queue, subject, team_id, lane, state, payload, run_after, attempt, fence, progress,
    error)
select kind, queue, subject, %(team)s, lane, 'waiting', '{}', now() + make_interval(secs => delay), 0, 0, 0, ''
  from jsonb_to_recordset(%(work)s::jsonb) as w(kind text, queue text, subject text, lane int, delay float)
 order by kind, subject
on conflict (kind, subject) where state = 'waiting' do nothing
"""

# A repeat of an alert that is in no open case moves: to the case that follows, or to none where it is suppressed now.
MOVE = """
with locked as materialized (
    select a.id, i.case_id, i.suppressed_by, i.times, i.severity
      from jsonb_to_recordset(%(items)s::jsonb) as i(
        alert bigint, case_id bigint, suppressed_by bigint, times int, severity int)
      join casebook_alert a on a.id = i.alert order by a.id for no key update of a)
update casebook_alert a set case_id = i.case_id, suppressed_by_id = i.suppressed_by, count = a.count + i.times,
       last_seen_at = now(), severity = greatest(a.severity, i.severity)
  from locked i where a.id = i.id
"""

# The window counts from what was received last. Only while it is open, else a closed group would revive; and without
# waiting: whoever holds the row exclusively is closing the case, or moves the window itself.
SLIDE = """
update casebook_grouping g set until = now() + %(window)s
  from (select g.id from jsonb_to_recordset(%(items)s::jsonb) as i(key text)
          join casebook_grouping g on g.team_id = %(team)s and g.source_id = %(source)s and g.key = i.key
         where g.until > now() and g.until < now() + %(window)s - %(slack)s and g.case_id is not null
         order by g.key for no key update of g skip locked) as due
 where g.id = due.id
"""

# A case that was opened again collects again, unless another open case has its key by now.
REGROUP = """
insert into casebook_grouping as g (team_id, source_id, key, case_id, until)
select %(team)s, %(source)s, key, case_id, now() + %(window)s
  from jsonb_to_recordset(%(items)s::jsonb) as i(key text, case_id bigint) order by key
on conflict (team_id, source_id, key) do update set case_id = excluded.case_id, until = excluded.until
 where g.case_id is null or g.until <= now()
"""

REFUSE = """
insert into casebook_raw_body (team_id, source_id, sha256, body, outcome, adapter, reason, place)
values (%(team)s, %(source)s, sha256(%(body)s::bytea), %(body)s::bytea, %(outcome)s, %(adapter)s, %(reason)s,
    %(place)s)
"""
