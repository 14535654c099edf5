-- A conflict with a hidden row is told as the server tells one with a row that is seen: by SQLSTATE, schema, table and constraint.
BEGIN;
SELECT plan(18);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE SCHEMA app;
CREATE TABLE app.users (id int PRIMARY KEY, mail text CONSTRAINT one_mail UNIQUE, left_on date);
CREATE TABLE app.rooms (id int PRIMARY KEY, name text, number int, span int4range, code int, left_on date, CONSTRAINT no_overlap EXCLUDE USING gist (span WITH &&), CONSTRAINT at_end UNIQUE (code) DEFERRABLE INITIALLY DEFERRED);
CREATE UNIQUE INDEX lower_name ON app.rooms (lower(name));
CREATE UNIQUE INDEX high_number ON app.rooms (number) WHERE number > 5;
CREATE TABLE app.parted (id int, left_on date, CONSTRAINT parted_key PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE app.parted_1 PARTITION OF app.parted FOR VALUES FROM (1) TO (10);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) SELECT t, t::regclass, '{left_on}', '0 days', '1 year', 'delete', 'enforce'
    FROM unnest('{app.users,app.rooms,app.parted}'::text[]) t;
SET retention.test_now = '2029-01-01 12:00Z';
INSERT INTO app.users VALUES (1, 'kari@x.example', '2029-12-01'), (2, 'ola@x.example', NULL);
INSERT INTO app.rooms VALUES (1, 'Blue', 7, '[1,5)', 11, '2029-12-01'), (2, 'Red', 8, '[10,15)', 12, NULL);
INSERT INTO app.parted VALUES (1, '2029-12-01');
SET retention.test_now = '2030-01-01 12:00Z';
CREATE FUNCTION pg_temp.told(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s text; t text; c text;
BEGIN
    EXECUTE what;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS s = SCHEMA_NAME, t = TABLE_NAME, c = CONSTRAINT_NAME;
    RETURN format('%s %s.%s %s', SQLSTATE, s, t, c);
END $$;
SELECT is(pg_temp.told(what), told, what) FROM (VALUES
    ($$INSERT INTO app.users VALUES (1, 'x', NULL)$$, '23505 app.users users_pkey'),
    ($$INSERT INTO app.users VALUES (3, 'kari@x.example', NULL)$$, '23505 app.users one_mail'),
    ($$UPDATE app.users SET mail = 'kari@x.example' WHERE id = 2$$, '23505 app.users one_mail'),
    ($$INSERT INTO app.users VALUES (1, 'x', NULL) ON CONFLICT (id) DO UPDATE SET mail = 'x'$$, '23505 app.users users_pkey'),
    ($$INSERT INTO app.users VALUES (3, 'kari@x.example', NULL) ON CONFLICT (mail) DO UPDATE SET left_on = NULL$$, '23505 app.users one_mail'),
    ($$INSERT INTO app.users VALUES (3, 'kari@x.example', NULL) ON CONFLICT ON CONSTRAINT one_mail DO UPDATE SET left_on = NULL$$, '23505 app.users one_mail'),
    ($$INSERT INTO app.users VALUES (3, 'kari@x.example', NULL) ON CONFLICT (id) DO UPDATE SET left_on = NULL$$, '23505 app.users one_mail'),
    ($$INSERT INTO app.parted VALUES (1, NULL) ON CONFLICT (id) DO UPDATE SET left_on = NULL$$, '23505 app.parted parted_key'),
    ($$INSERT INTO app.rooms (id, span) VALUES (3, '[2,3)')$$, '23P01 app.rooms no_overlap'),
    ($$INSERT INTO app.rooms (id, name) VALUES (3, 'BLUE')$$, '23505 app.rooms lower_name'),
    ($$INSERT INTO app.rooms (id, name) VALUES (3, 'BLUE') ON CONFLICT (lower(name)) DO UPDATE SET code = 1$$, '23505 app.rooms lower_name'),
    ($$UPDATE app.rooms SET number = 7 WHERE id = 2$$, '23505 app.rooms high_number'),
    ($$INSERT INTO app.rooms (id, number) VALUES (3, 7) ON CONFLICT (number) WHERE number > 5 DO UPDATE SET code = 1$$, '23505 app.rooms high_number'),
    ($$INSERT INTO app.rooms (id, code) VALUES (3, 11); SET CONSTRAINTS ALL IMMEDIATE$$, '23505 app.rooms at_end'),
    ($$INSERT INTO app.parted_1 VALUES (1, NULL)$$, '23505 app.parted_1 parted_1_pkey'),
    ($$COPY app.users (id) FROM PROGRAM 'echo 1'$$, '23505 app.users users_pkey'),
    ($$MERGE INTO app.users u USING (VALUES (1)) v (i) ON u.id = v.i WHEN NOT MATCHED THEN INSERT (id) VALUES (v.i)$$, '23505 app.users users_pkey'),
    ($$INSERT INTO app.users VALUES (1, 'x', NULL) ON CONFLICT DO NOTHING$$, 'done')) v (what, told);
SELECT * FROM finish();
ROLLBACK;
