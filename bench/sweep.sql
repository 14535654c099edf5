-- :rows visits of 310 bytes, of which all are over, or a twentieth; starts scattered over the table, or in its order. Their clocks are written
-- by hand, for to have them computed takes longer than all the rest. raw has the same rows, and the same column and index.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP TABLE IF EXISTS raw;
SET retention.confirm_drop = on;
DELETE FROM retention.policy;
DROP TABLE IF EXISTS visits;
CREATE TABLE visits (id bigint PRIMARY KEY, body text, left_on timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('visits', 'visits', '{left_on}', '1 year', '0 days', 'delete', 'enforce');
CALL retention.sweep();
CREATE PROCEDURE pg_temp.switch(state "char") LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_trigger SET tgenabled = state WHERE tgrelid = 'visits'::regclass;
    UPDATE pg_class SET relname = relname WHERE oid = 'visits'::regclass;
END $$;
CALL pg_temp.switch('D');
INSERT INTO visits SELECT i, repeat('x', 250), at, concat((SELECT policy_id FROM retention.policy), ' ', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::retention.clock
    FROM (SELECT i, timestamptz '2020-01-01' + (CASE WHEN :scattered = 1 THEN i::bigint * 7919 % :rows ELSE i END) * interval '1 minute' AS at FROM generate_series(1, :rows) i) r;
CALL pg_temp.switch('A');
CREATE TABLE raw AS SELECT id, body, left_on, id AS clock FROM visits LIMIT 0;
SET retention.reveal = on;
INSERT INTO raw SELECT id, body, left_on, extract(epoch FROM left_on)::bigint FROM visits ORDER BY ctid;
RESET retention.reveal;
ALTER TABLE raw ADD PRIMARY KEY (id);
CREATE INDEX ON raw (clock);
VACUUM (ANALYZE) visits, raw;
CHECKPOINT;
