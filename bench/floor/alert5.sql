\set r random(1, 9000000000000000000)
begin;
insert into floor_alert (source, external_id, title, description, severity, tags, body)
values ('floor', 'ref-' || :r, 'An office program started an encoded command', repeat('d', 140), 3, array['a', 'b'], floor_body())
returning id as alert \gset
insert into floor_observable (alert_id, type, value) values
    (:alert, 'ip', '10.1.' || (:r % 256) || '.' || (:r % 251)),
    (:alert, 'domain', 'd' || :r || '.example.net'),
    (:alert, 'hash', md5((:r)::text) || md5((:r + 1)::text)),
    (:alert, 'url', 'http://d' || :r || '.example.net/x.bin'),
    (:alert, 'email', 'u' || :r || '@example.org');
commit;
