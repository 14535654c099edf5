-- A governed table of accounts that others work with, and one of visits, which they write into, too, while a sweep takes what is over of it.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TABLE accounts (id bigint PRIMARY KEY, body text, ended_at timestamptz);
INSERT INTO accounts SELECT i, repeat('x', 250) FROM generate_series(1, 200000) i;
CREATE TABLE visits (id bigserial PRIMARY KEY, account_id bigint NOT NULL, body text, left_on timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('accounts', 'accounts', '{ended_at}', '1 year', '0 days', 'delete', 'enforce'),
    ('visits', 'visits', '{left_on}', '1 year', '0 days', 'delete', 'enforce');
CALL retention.sweep();
-- The backlog's clocks are written by hand, for to have them computed takes longer than all the rest.
CREATE PROCEDURE switch(state "char") LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_trigger SET tgenabled = state WHERE tgrelid = 'visits'::regclass;
    UPDATE pg_class SET relname = relname WHERE oid = 'visits'::regclass;
END $$;
CREATE PROCEDURE fill(rows int) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL retention.confirm_drop = on;
    TRUNCATE visits;
    CALL switch('D');
    INSERT INTO visits (account_id, body, left_on, retention_clock)
        SELECT i, repeat('x', 250), at, concat((SELECT policy_id FROM retention.policy WHERE name = 'visits'), ' ',
            to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::retention.clock
        FROM (SELECT i, timestamptz '2020-01-01' + (i::bigint * 7919 % rows) * interval '1 minute' AS at FROM generate_series(1, rows) i) r;
    CALL switch('A');
END $$;
VACUUM (ANALYZE) accounts;
