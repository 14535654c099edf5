-- Purposes, recipients, locations and holidays are on record as their rows are written.
BEGIN;
SELECT no_plan();
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('visits', 'visits', '{left_on}', 'UTC', '1 year', 'delete');
-- An entry waits for the end of the transaction, or for the next one.
CREATE FUNCTION pg_temp.enters(command text, OUT entries jsonb) LANGUAGE plpgsql AS $$
DECLARE last bigint;
BEGIN
    SELECT max(entry_id) INTO last FROM retention.ledger;
    EXECUTE command;
    UPDATE retention.policy SET purpose = coalesce(purpose, '') || 'x' WHERE name = 'visits';
    SELECT jsonb_agg(detail::jsonb ORDER BY entry_id) INTO entries FROM retention.ledger WHERE entry_id > last AND action = 'configuration changed';
END $$;
SELECT is(pg_temp.enters($$INSERT INTO retention.recipient (name, role, country, contact) VALUES ('Print', 'processor', 'NO', 'privacy@print.example')$$),
    '[{"recipient": "Print", "new": {"role": "processor", "country": "NO", "contact": "privacy@print.example", "purposes": "{}"}}]', 'a recipient that is written is on record');
SELECT is(pg_temp.enters($$UPDATE retention.recipient SET country = 'US', transfer_basis = 'adequacy', transfer = '2023/1795'$$),
    '[{"recipient": "Print", "old": {"country": "NO", "transfer": null, "transfer_basis": null}, "new": {"country": "US", "transfer": "2023/1795", "transfer_basis": "adequacy"}}]', 'what changes of a recipient is on record');
SELECT is(pg_temp.enters($$UPDATE retention.recipient SET country = country$$), NULL, 'a change of nothing is not on record');
SELECT is(pg_temp.enters($$UPDATE retention.recipient SET name = 'Press'$$), '[{"recipient": "Press", "old": {"name": "Print"}, "new": {"name": "Press"}}]', 'a recipient that is renamed is on record');
SELECT is(pg_temp.enters($$DELETE FROM retention.recipient$$) -> 0 -> 'old' ->> 'transfer', '2023/1795', 'a recipient that is removed is on record');
SELECT is(pg_temp.enters($$INSERT INTO retention.location (name, kind, country, own_control) VALUES ('tapes', 'backup', 'NO', true), ('cloud', 'backup', 'SE', false)$$),
    '[{"location": "tapes", "new": {"kind": "backup", "country": "NO", "own_control": "true"}}, {"location": "cloud", "new": {"kind": "backup", "country": "SE", "own_control": "false"}}]', 'locations that are written are on record');
SELECT is(pg_temp.enters($$UPDATE retention.location SET own_control = true WHERE name = 'cloud'$$), '[{"location": "cloud", "old": {"own_control": "false"}, "new": {"own_control": "true"}}]', 'what changes of a location is on record');
SELECT is(pg_temp.enters($$DELETE FROM retention.location WHERE name = 'tapes'$$) -> 0 ->> 'location', 'tapes', 'a location that is removed is on record');
SELECT throws_ok('TRUNCATE retention.location', NULL, NULL, 'locations are removed one by one');
SELECT is(pg_temp.enters($$INSERT INTO retention.public_holiday (country, rule, name) VALUES ('XX', '05-04', 'Star day')$$),
    '[{"public_holiday": "XX", "rule": "05-04", "name": "Star day", "new": {"country": "XX", "rule": "05-04"}}]', 'a holiday that is written is on record');
SELECT is(pg_temp.enters($$UPDATE retention.public_holiday SET until = 2030 WHERE country = 'XX'$$), '[{"public_holiday": "XX", "rule": "05-04", "name": "Star day", "old": {"until": null}, "new": {"until": "2030"}}]', 'what changes of a holiday is on record');
SELECT is(pg_temp.enters($$INSERT INTO retention.public_holiday SELECT * FROM retention.public_holiday$$), NULL, 'holidays that come again as they are are not on record');
SELECT is(pg_temp.enters($$INSERT INTO retention.public_holiday (country, rule, name) VALUES ('XX', '05-04', 'Star day'), ('XX', '05-05', 'Dog day')$$),
    '[{"public_holiday": "XX", "rule": "05-04", "name": "Star day", "old": {"until": "2030"}, "new": {"until": null}}, {"public_holiday": "XX", "rule": "05-05", "name": "Dog day", "new": {"country": "XX", "rule": "05-05"}}]', 'a holiday that comes again in another form is on record as a change');
SELECT is(pg_temp.enters($$DELETE FROM retention.public_holiday WHERE country = 'XX' AND rule = '05-04' $$) -> 0 -> 'old' ->> 'rule', '05-04', 'a holiday that is removed is on record');
SELECT is(pg_temp.enters($$INSERT INTO retention.purpose (name, legal_basis, timezone) VALUES ('news', 'consent', 'UTC')$$) -> 0 -> 'new' ->> 'legal_basis', 'consent', 'a purpose that is written is on record');
SELECT is(pg_temp.enters($$UPDATE retention.purpose SET legal_basis = 'legitimate interest', caps = '{1 per calendar month}'$$),
    '[{"purpose": "news", "old": {"caps": "{}", "legal_basis": "consent"}, "new": {"caps": "{\"1 per calendar month\"}", "legal_basis": "legitimate interest"}}]', 'what changes of a purpose is on record');
SELECT is(pg_temp.enters($$UPDATE retention.purpose SET description = 'to tell what is new', obligation = 'voluntary'$$),
    '[{"purpose": "news", "old": {"obligation": null, "description": null}, "new": {"obligation": "voluntary", "description": "to tell what is new"}}]', 'what persons are told of a purpose is on record');
SELECT is(pg_temp.enters($$INSERT INTO retention.purpose (name, legal_basis) VALUES ('news', 'consent') ON CONFLICT DO NOTHING$$), NULL, 'what is there already is neither written nor on record');
SELECT is(pg_temp.enters($$DO 'BEGIN INSERT INTO retention.recipient (name, role, country) VALUES (''X'', ''processor'', ''NO''); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END'$$), NULL, 'what is taken back is not on record');
SELECT is(pg_temp.enters($$INSERT INTO retention.sweep_window (window_id, policy, opens, closes, timezone) VALUES (7, 'visits', '22:00', '06:00', 'UTC')$$),
    '[{"sweep_window": "7", "new": {"window_id": "7", "policy": "visits", "weekdays": "{1,2,3,4,5,6,7}", "opens": "22:00:00", "closes": "06:00:00", "timezone": "UTC"}}]', 'a window that is written is on record');
SELECT is(pg_temp.enters($$UPDATE retention.sweep_window SET closes = '23:00', policy = NULL$$),
    '[{"sweep_window": "7", "old": {"policy": "visits", "closes": "06:00:00"}, "new": {"policy": null, "closes": "23:00:00"}}]', 'what changes of a window is on record');
SELECT is(pg_temp.enters($$DELETE FROM retention.sweep_window$$) -> 0 -> 'old' ->> 'closes', '23:00:00', 'a window that is removed is on record');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');
SELECT throws_ok($$CREATE TRIGGER t AFTER INSERT ON visits FOR EACH ROW EXECUTE FUNCTION retention.record_terms(); INSERT INTO visits VALUES (1)$$, '39P01', NULL, 'the function of the triggers is not for other tables');
SELECT * FROM finish();
ROLLBACK;
