-- Keys whose equal values are written differently, and keys between different types: on clock paths and on links, up and
-- down, as the foreign key's own operators find them equal.
BEGIN;
SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;

CREATE SCHEMA x;
CREATE EXTENSION citext SCHEMA x;
CREATE COLLATION x.ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN x.nick AS x.citext CHECK (VALUE <> '');
CREATE DOMAIN x.amount AS numeric;
CREATE TYPE x.pair AS (a int, b numeric);
CREATE TYPE x.mood AS ENUM ('glad', 'sad');
GRANT USAGE ON SCHEMA x TO PUBLIC;

-- name; type of the referenced column, of the referring one; one value and the same written otherwise; another value.
CREATE TABLE x.kinds (name text PRIMARY KEY, parent text, child text, one text, same text, other text);
INSERT INTO x.kinds VALUES
    ('text', 'text', 'text', 'a', 'a', 'b'),
    ('citext', 'x.citext', 'x.citext', 'a', 'A', 'b'),
    ('citext domain', 'x.nick', 'x.citext', 'a', 'A', 'b'),
    ('to citext domain', 'x.citext', 'x.nick', 'a', 'A', 'b'),
    ('citext to text', 'text', 'x.citext', 'a', 'a', 'A'),
    ('ignoring case', 'text COLLATE x.ignoring_case', 'text COLLATE x.ignoring_case', 'a', 'A', 'b'),
    ('other collation', 'text COLLATE "C"', 'text COLLATE "und-x-icu"', 'a', 'a', 'b'),
    ('numeric', 'numeric', 'numeric', '1', '1.00', '2'),
    ('numeric domain', 'x.amount', 'numeric(9, 3)', '1', '1.000', '2'),
    ('int to numeric', 'numeric', 'int', '1', '1', '2'),
    ('int to bigint', 'bigint', 'int', '1', '1', '2'),
    ('bigint to int', 'int', 'bigint', '1', '1', '2'),
    ('int to smallint', 'smallint', 'int', '1', '1', '2'),
    ('float', 'float8', 'float8', '0', '-0', '1'),
    ('real to float', 'float8', 'real', '0', '-0', '0.5'),
    ('int to float', 'float8', 'int', '-0', '0', '1'),
    ('char', 'char(4)', 'char(9)', 'a', 'a    ', 'b'),
    ('varchar to char', 'char(4)', 'varchar(9)', 'a', 'a  ', 'b'),
    ('char to varchar', 'varchar(9)', 'char(4)', 'a', 'a', 'b'),
    ('name to text', 'text', 'name', 'a', 'a', 'b'),
    ('text to name', 'name', 'text', 'a', 'a', 'b'),
    ('timestamp to timestamptz', 'timestamptz', 'timestamp', '2001-01-01 00:00+00', '2001-01-01 00:00', '2002-01-01'),
    ('date to timestamp', 'timestamp', 'date', '2001-01-01 00:00', '2001-01-01', '2002-01-01'),
    ('interval', 'interval', 'interval', '1 mon', '30 days', '1 day'),
    ('jsonb', 'jsonb', 'jsonb', '{"a": 1}', '{"a": 1.0}', '2'),
    ('range', 'numrange', 'numrange', '[1,2)', '[1.0,2.00)', '[3,4)'),
    ('enum', 'x.mood', 'x.mood', 'glad', 'glad', 'sad'),
    ('inet', 'inet', 'inet', '10.0.0.1', '10.0.0.1/32', '10.0.0.2'),
    ('bytea', 'bytea', 'bytea', '\x61', 'a', '\x62');

-- Since 18 both sides must have the same collation when one of them is not deterministic; before, that of the referenced column decides.
INSERT INTO x.kinds SELECT * FROM (VALUES ('text to ignoring case', 'text COLLATE x.ignoring_case', 'text', 'a', 'A', 'b'),
    ('ignoring case to text', 'text', 'text COLLATE x.ignoring_case', 'a', 'a', 'A')) v
    WHERE current_setting('server_version_num')::int < 180000;

SELECT plan(17 * (SELECT count(*)::int FROM x.kinds) + 35);

CREATE FUNCTION pg_temp.starts(no int) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN RETURN (SELECT retention.starts_at(retention_clock)::date::text FROM k.items i WHERE i.no = starts.no); END$$;
-- The rows about a person, by table.
CREATE FUNCTION pg_temp.about(key text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(relation::text, ' ' ORDER BY relation::text) FROM retention.export_rows('person', key) WHERE role = 'about'$$;

CREATE FUNCTION pg_temp.refused(command text, error text, message text, hint text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text; advice text;
BEGIN
    EXECUTE command;
    RETURN fail(format('%s: not refused', command));
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, advice = PG_EXCEPTION_HINT;
    RETURN ok(SQLSTATE = error AND said LIKE message AND advice LIKE hint, format('%s: %s %s %s', command, SQLSTATE, said, advice));
END $$;
CREATE FUNCTION pg_temp.check_kind(kind x.kinds) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    tells text := format('%s: ', kind.name);
BEGIN
    CREATE SCHEMA k;
    CREATE TABLE k.groups (no int PRIMARY KEY, closed date);
    EXECUTE format('CREATE TABLE k.persons (id %s PRIMARY KEY, email text, ended date, grp int REFERENCES k.groups)', kind.parent);
    EXECUTE format('CREATE TABLE k.items (no int PRIMARY KEY, person %s REFERENCES k.persons ON UPDATE CASCADE)', kind.child);
    -- A step up and on: to the case by its number, from there to the person.
    CREATE TABLE k.notes (no int PRIMARY KEY, item int REFERENCES k.items ON DELETE CASCADE);
    -- A step down: from the case to those who take part in it, by a key of this type.
    EXECUTE format('CREATE TABLE k.cases (code %s PRIMARY KEY)', kind.parent);
    EXECUTE format('CREATE TABLE k.parts (no int PRIMARY KEY, code %s REFERENCES k.cases, person %1$s REFERENCES k.persons ON UPDATE CASCADE)',
        kind.child);
    INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
        ('persons', 'k.persons', '{ended}', '99 years', 'delete', 'enforce'),
        ('items', 'k.items', '{person.ended,person.grp.closed}', '99 years', 'delete', 'enforce'),
        ('notes', 'k.notes', '{item.person.ended}', '99 years', 'delete', 'enforce');
    INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'k.persons', '{email}');
    INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'k.items', 'person'), ('person', 'k.notes', 'item.person'),
        ('person', 'k.parts', 'person'), ('person', 'k.cases', '[k.parts.code].person');

    INSERT INTO k.groups VALUES (1, NULL);
    EXECUTE format('INSERT INTO k.persons VALUES (%L, ''one'', ''2020-01-01'', 1), (%L, ''other'', ''2021-01-01'', NULL)', kind.one, kind.other);
    EXECUTE format('INSERT INTO k.items VALUES (1, %L)', kind.same);
    INSERT INTO k.notes VALUES (1, 1);
    EXECUTE format('INSERT INTO k.cases VALUES (%L), (%L)', kind.one, kind.other);
    EXECUTE format('INSERT INTO k.parts VALUES (1, %L, %1$L), (2, %L, %1$L)', kind.same, kind.other);

    RETURN NEXT is(pg_temp.starts(1), '2020-01-01', tells || 'a row starts with the one it refers to');
    RETURN NEXT is((SELECT retention.starts_at(retention_clock)::date::text FROM k.notes), '2020-01-01', tells || 'a row starts with one two steps away');
    UPDATE k.persons SET ended = '2022-02-02' WHERE email = 'one';
    RETURN NEXT is(pg_temp.starts(1), '2022-02-02', tells || 'a change comes down two steps');
    RETURN NEXT is((SELECT retention.starts_at(retention_clock)::date::text FROM k.notes), '2022-02-02', tells || 'two steps');
    UPDATE k.groups SET closed = '2019-09-09';
    RETURN NEXT is(pg_temp.starts(1), '2019-09-09', tells || 'beyond it, too');
    UPDATE k.groups SET closed = NULL;
    RETURN NEXT is(pg_temp.about(kind.one), 'k.cases k.cases k.items k.notes k.parts k.parts k.persons', tells || 'a copy finds the rows');
    RETURN NEXT is((SELECT sum(rows)::int FROM retention.explain_subject('person', kind.same)), 7, tells || 'the rows of a copy are explained');
    PERFORM retention.rectify('person', kind.one, 'k.items', '1', '{}', 'not so');
    RETURN NEXT is(pg_temp.about(kind.other), 'k.persons', tells || 'a copy finds nobody else''s rows');

    -- The key is written otherwise, then by another one.
    EXECUTE format('UPDATE k.persons SET id = %L WHERE email = ''one''', kind.same);
    RETURN NEXT is(pg_temp.about(kind.one), 'k.cases k.cases k.items k.notes k.parts k.parts k.persons', tells || 'when the key is written otherwise, too');
    UPDATE k.persons SET ended = '2023-03-03' WHERE email = 'one';
    RETURN NEXT is(pg_temp.starts(1), '2023-03-03', tells || 'changes come down when the key is written otherwise');
    EXECUTE format('UPDATE k.items SET person = %L', kind.other);
    RETURN NEXT is(pg_temp.starts(1), '2021-01-01', tells || 'a row that refers to another');
    EXECUTE format('UPDATE k.items SET person = %L', kind.one);
    RETURN NEXT is(pg_temp.starts(1), '2023-03-03', tells || 'a row that refers to its own again has its clock back');

    RETURN NEXT is((SELECT count(*)::int FROM retention.propose_links() l WHERE l.kind = 'person'), 0, tells || 'what is linked is not proposed');
    DELETE FROM retention.subject_link WHERE relation = 'k.items'::regclass;
    RETURN NEXT is((SELECT count(*)::int FROM retention.propose_links() WHERE relation = 'k.items'::regclass), 1, tells || 'what is not, is');
    INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'k.items', 'person');

    RETURN NEXT is(json_array_length(retention.export('person', kind.one) -> 'statements'), 1, tells || 'a statement stays with the person');
    PERFORM retention.erase('person', kind.same);
    RETURN NEXT is((SELECT count(*)::int FROM k.items) + (SELECT count(*)::int FROM k.notes) + (SELECT count(*)::int FROM k.parts) +
        (SELECT count(*)::int FROM k.persons), 1, tells || 'an erasure takes them');
    RETURN NEXT is((SELECT count(*)::int FROM retention.statement), 0, tells || 'an erasure takes what the person had stated');
    SET LOCAL retention.confirm_drop = on;
    DELETE FROM retention.subject_link;
    DELETE FROM retention.subject_kind;
    DELETE FROM retention.statement;
    DELETE FROM retention.policy;
    DROP SCHEMA k CASCADE;
END $$;

SELECT pg_temp.check_kind(kinds) FROM x.kinds ORDER BY name;

-- A key that changes hands, when its constraint is deferred.
CREATE SCHEMA k;
CREATE TABLE k.persons (id x.citext PRIMARY KEY, email x.citext, ended date);
CREATE TABLE k.items (no int PRIMARY KEY, person x.citext REFERENCES k.persons DEFERRABLE);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('items', 'k.items', '{person.ended}', '99 years', 'delete', 'enforce');
INSERT INTO k.persons VALUES ('a', 'a@example.no', '2020-01-01'), ('b', 'A@Example.no', '2021-01-01'), ('c', 'c@example.no', NULL);
INSERT INTO k.items VALUES (1, 'A'), (2, 'C');
SET CONSTRAINTS ALL DEFERRED;
UPDATE k.persons SET id = 'd' WHERE id = 'a';
UPDATE k.persons SET id = 'a' WHERE id = 'b';
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(pg_temp.starts(1), '2021-01-01', 'a row starts anew with whoever takes over the key it refers to');

-- Several columns, of several types, from a partition to a partitioned table.
CREATE TABLE k.seats (hall x.citext, no numeric, ended date, PRIMARY KEY (hall, no)) PARTITION BY RANGE (no);
CREATE TABLE k.seats_0 PARTITION OF k.seats FOR VALUES FROM (0) TO (10);
CREATE TABLE k.seats_1 PARTITION OF k.seats FOR VALUES FROM (10) TO (20);
CREATE TABLE k.tickets (id int PRIMARY KEY, no int, hall x.nick, FOREIGN KEY (hall, no) REFERENCES k.seats ON UPDATE CASCADE) PARTITION BY RANGE (id);
CREATE TABLE k.tickets_0 (hall x.nick, id int PRIMARY KEY, no int);
ALTER TABLE k.tickets ATTACH PARTITION k.tickets_0 FOR VALUES FROM (0) TO (10);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('tickets', 'k.tickets', '{hall.ended}', '99 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('seat', 'k.seats');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('seat', 'k.tickets_0', 'no');
INSERT INTO k.seats VALUES ('a', 1.0, '2020-01-01'), ('a', 2, '2021-01-01'), ('b', 1, '2022-01-01');
INSERT INTO k.tickets (id, hall, no) VALUES (1, 'A', 1), (2, 'B', 1), (3, 'A', 2);
CREATE FUNCTION pg_temp.tickets() RETURNS SETOF text LANGUAGE sql AS
    $$SELECT retention.starts_at(retention_clock)::date::text FROM k.tickets_0 ORDER BY id$$;
SELECT results_eq('SELECT pg_temp.tickets()', ARRAY['2020-01-01', '2022-01-01', '2021-01-01'], 'several columns, each by its own equality');
UPDATE k.seats SET ended = '2023-03-03' WHERE hall OPERATOR(x.=) 'A' AND no = 1;
SELECT results_eq('SELECT pg_temp.tickets()', ARRAY['2023-03-03', '2022-01-01', '2021-01-01'], 'a change comes down a key of several columns');
SELECT results_eq($$SELECT relation::text, row_key FROM retention.export_rows('seat', '{"hall": "A", "no": 1.00}'::jsonb) ORDER BY 1$$,
    $$VALUES ('k.seats', '{"hall": "a", "no": 1.0}'::jsonb), ('k.tickets_0', '1')$$, 'a key of several columns is a link');
UPDATE k.seats SET no = 11.00, hall = 'A' WHERE hall OPERATOR(x.=) 'A' AND no = 1;
UPDATE k.seats SET ended = '2024-04-04' WHERE hall OPERATOR(x.=) 'A' AND no = 11;
SELECT results_eq('SELECT pg_temp.tickets()', ARRAY['2024-04-04', '2022-01-01', '2021-01-01'], 'a key that moves to another partition is followed');
SELECT retention.erase('seat', '{"hall": "a", "no": 11}'::jsonb) \g /dev/null
SELECT results_eq('SELECT id FROM k.tickets ORDER BY id', 'VALUES (2), (3)', 'a row whose key moved to another partition is erased with its person');

-- Changes of the columns.
SET LOCAL retention.confirm_drop = off;
SELECT pg_temp.refused($$ALTER TABLE k.items ALTER person TYPE x.citext USING 'b'$$, '2BP01', 'policy "items" needs column "person" of table "items" as it is', '%');
SELECT pg_temp.refused('ALTER TABLE k.items DROP CONSTRAINT items_person_fkey', '2BP01', 'policy "items" needs path "person.ended"', '%');
SELECT lives_ok('ALTER TABLE k.items ALTER person TYPE x.nick', 'another type under which the rows refer to the same ones');
INSERT INTO k.items VALUES (3, 'A');
SELECT is(pg_temp.starts(3), '2021-01-01', 'is followed as the key is now');

-- Persons who share an identifying value are one, by the equality of its type.
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'k.persons', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'k.items', 'person');
SELECT is(pg_temp.about('D'), 'k.items k.items k.persons k.persons', 'an address in another case is the same person''s');

-- Two restrictions: lifting one frees nothing while the other stands, however the key is written by then.
SELECT retention.restrict('person', 'c', 'one') \g /dev/null
SELECT retention.restrict('person', 'C', 'two') \g /dev/null
UPDATE k.persons SET id = 'C' WHERE id = 'c';
SELECT retention.inform_of_lifting(restriction_id), retention.lift_restriction(restriction_id)
    FROM retention.restriction ORDER BY restriction_id LIMIT 1 \g /dev/null
SELECT is((SELECT count(*)::int FROM k.items WHERE no = 2), 0, 'a restriction stands under the key as it is written now');

-- What is no set of keys is refused.
CREATE OPERATOR x.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, COMMUTATOR = ===);
CREATE OPERATOR CLASS x.odd_ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 x.===, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 btint4cmp(int, int);
CREATE TABLE k.boxes (id int[] PRIMARY KEY, pair x.pair UNIQUE, odd int, ended date);
CREATE UNIQUE INDEX ON k.boxes (odd x.odd_ops);
CREATE TABLE k.things (no int PRIMARY KEY, box int[] REFERENCES k.boxes, pair x.pair REFERENCES k.boxes (pair),
    odd int REFERENCES k.boxes (odd), person x.citext REFERENCES k.persons);
CREATE FUNCTION pg_temp.policy(path text) RETURNS text LANGUAGE sql AS 
    $$SELECT format('INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES (%L, ''k.things'', ARRAY[%1$L], ''1 day'', ''delete'')', path)$$;
CREATE FUNCTION pg_temp.link(path text) RETURNS text LANGUAGE sql AS
    $$SELECT format('INSERT INTO retention.subject_link (kind, relation, path) VALUES (''box'', ''k.things'', %L)', path)$$;
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('box', 'k.boxes', '{odd}');
SELECT pg_temp.refused(pg_temp.policy('box.ended'), '0A000', 'foreign key "things_box_fkey" of table things has a column of an array%', '%another type.');
SELECT pg_temp.refused(pg_temp.policy('pair.ended'), '0A000', 'foreign key "things_pair_fkey" of table things has a column of an array%', '%another type.');
SELECT pg_temp.refused(pg_temp.policy('odd.ended'), '0A000', 'foreign key "things_odd_fkey" of table things compares by another%', '%default operator class.');
SELECT pg_temp.refused(pg_temp.link('box'), '0A000', 'foreign key "things_box_fkey" of table things has a column of an array%', '%another type.');
SELECT pg_temp.refused(pg_temp.link('odd'), '0A000', 'foreign key "things_odd_fkey" of table things compares by another%', '%default operator class.');
SELECT pg_temp.refused($$INSERT INTO retention.subject_kind (kind, relation) VALUES ('by array', 'k.boxes')$$, '0A000',
    'column "id" of table "boxes" is of type integer[], which cannot be a key here', 'Arrays%');
SELECT is_empty($$SELECT * FROM retention.propose_links() WHERE kind = 'box'$$, 'a reference by an array of keys is not proposed');

-- An index under which values differ that are equal to their type.
CREATE TABLE k.plates (plate x.citext NOT NULL, no int PRIMARY KEY, ended date);
CREATE UNIQUE INDEX ON k.plates (plate text_ops);
CREATE TABLE k.cars (no int PRIMARY KEY, plate x.citext REFERENCES k.plates (plate));
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('cars', 'k.cars', '{plate.ended}', '99 years', 'delete');
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('owner', 'k.plates', '{no}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('owner', 'k.cars', 'plate');
INSERT INTO k.plates VALUES ('a', 1, '2020-01-01'), ('A', 2, '2021-01-01');
INSERT INTO k.cars VALUES (1, 'a'), (2, 'A');
SELECT results_eq('SELECT retention.starts_at(retention_clock)::date::text FROM k.cars ORDER BY no', $$VALUES ('2020-01-01'), ('2021-01-01')$$,
    'rows refer by the index''s equality');
SELECT results_eq($$SELECT row_key FROM retention.export_rows('owner', 2) WHERE relation = 'k.cars'::regclass$$, $$VALUES ('2'::jsonb)$$, 'on links, too');
SELECT pg_temp.refused($$UPDATE retention.subject_kind SET key = '{plate}' WHERE kind = 'owner'$$, '22023', 'field "key" does not name one row of table "plates"', '%');
CREATE TABLE k.codes (code text NOT NULL, name text);
CREATE UNIQUE INDEX ON k.codes (code text_pattern_ops);
SELECT lives_ok($$INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('code', 'k.codes', '{code}')$$, 'an index of another order with the same equality names persons');

-- 18: keys that compare periods, or are not enforced.
SELECT current_setting('server_version_num')::int >= 180000 AS from18 \gset
\if :from18
CREATE EXTENSION btree_gist SCHEMA x;
CREATE TABLE k.rooms (id int, valid daterange, ended date, no int NOT NULL UNIQUE, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
CREATE TABLE k.stays (no int PRIMARY KEY, room int, valid daterange, person x.citext REFERENCES k.persons,
    loose x.citext REFERENCES k.persons NOT ENFORCED, FOREIGN KEY (room, PERIOD valid) REFERENCES k.rooms (id, PERIOD valid));
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('room', 'k.rooms', '{no}');
SELECT pg_temp.refused($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('p', 'k.stays', '{room.ended}', '1 day', 'delete')$$,
    '0A000', 'foreign key "stays_room_valid_fkey" of table stays compares periods and cannot be followed', '%without PERIOD.');
SELECT pg_temp.refused($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('p', 'k.stays', '{loose.ended}', '1 day', 'delete')$$,
    '0A000', 'foreign key "stays_loose_fkey" of table stays is not enforced and cannot be followed', '%ENFORCED first.');
SELECT pg_temp.refused($$INSERT INTO retention.subject_link (kind, relation, path) VALUES ('room', 'k.stays', 'room')$$,
    '0A000', 'foreign key "stays_room_valid_fkey" of table stays compares periods and cannot be followed', '%without PERIOD.');
SELECT pg_temp.refused($$INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'k.stays', 'loose')$$,
    '0A000', 'foreign key "stays_loose_fkey" of table stays is not enforced and cannot be followed', '%ENFORCED first.');
SELECT pg_temp.refused($$INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'k.rooms', '[k.stays.room].person')$$,
    '0A000', 'foreign key "stays_room_valid_fkey" of table stays compares periods and cannot be followed', '%without PERIOD.');
SELECT results_eq($$SELECT kind, relation::text, path FROM retention.propose_links() WHERE relation IN ('k.stays'::regclass, 'k.rooms')$$,
    $$VALUES ('person', 'k.stays', 'person')$$, 'only the key that is followed is proposed');
ALTER TABLE k.stays ALTER CONSTRAINT stays_loose_fkey ENFORCED;
SELECT lives_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('p', 'k.stays', '{loose.ended}', '1 day', 'delete')$$,
    'once it is enforced it is followed');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'k.stays', 'person');
SELECT pg_temp.refused('ALTER TABLE k.stays ALTER CONSTRAINT stays_loose_fkey NOT ENFORCED', '2BP01', 'policy "p" needs path "loose.ended"', '%');
SELECT pg_temp.refused('ALTER TABLE k.stays ALTER CONSTRAINT stays_person_fkey NOT ENFORCED', '2BP01', 'kind of subject "person" needs path "person"%', '%');
SELECT pg_temp.refused('ALTER TABLE k.stays DROP CONSTRAINT stays_loose_fkey, ADD FOREIGN KEY (loose) REFERENCES k.persons NOT ENFORCED', '2BP01',
    'policy "p" needs path "loose.ended"', '%');
SELECT lives_ok('ALTER TABLE k.stays ADD CONSTRAINT again FOREIGN KEY (loose) REFERENCES k.persons NOT ENFORCED', 'beside a kept key it changes nothing');
SELECT pg_temp.refused('ALTER TABLE k.stays DROP CONSTRAINT stays_loose_fkey', '2BP01', 'policy "p" needs path "loose.ended"', '%');
\else
SELECT skip('neither exists before 18', 12);
\endif

SELECT * FROM finish();
ROLLBACK;
