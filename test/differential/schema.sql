-- Governed tables in schema g, and their twins in schema v, which hold only the rows that are not hidden and have no policy. Both are filled
-- from what stands in "source", which says of each row what it is to be.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET synchronous_commit = off;
CREATE EXTENSION pg_retention;
CREATE ROLE owner LOGIN;
CREATE ROLE reader LOGIN;
CREATE SCHEMA g AUTHORIZATION owner;
CREATE SCHEMA v AUTHORIZATION owner;
CREATE SCHEMA source;
GRANT USAGE ON SCHEMA g, v TO reader;

CREATE FUNCTION source.build(place text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('search_path', place, true);
	CREATE TABLE people (id int PRIMARY KEY, name text, grp int, amount numeric, tags int[], pt point, span int4range, doc tsvector, email text, left_on date, contract boolean);
	CREATE TABLE orders (id int PRIMARY KEY, person_id int, qty int, note text, left_on date);
	CREATE TABLE visits (id int, person_id int, region text, day date, qty int, left_on date, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
	CREATE TABLE visits_north PARTITION OF visits FOR VALUES IN ('north');
	CREATE TABLE visits_south PARTITION OF visits FOR VALUES IN ('south') PARTITION BY RANGE (id);
	CREATE TABLE visits_south_low PARTITION OF visits_south FOR VALUES FROM (MINVALUE) TO (150);
	CREATE TABLE visits_south_high PARTITION OF visits_south FOR VALUES FROM (150) TO (MAXVALUE);
	CREATE TABLE visits_rest PARTITION OF visits DEFAULT;
	CREATE TABLE things (id int, person_id int, name text, qty int);
	CREATE TABLE owned_things (left_on date) INHERITS (things);
	CREATE TABLE places (id int PRIMARY KEY, grp int, name text, qty int);
	CREATE VIEW grown AS SELECT id, name, grp, amount FROM people WHERE grp > 1;
	CREATE VIEW busy AS SELECT p.id, p.name, count(o.id)::int AS qty FROM people p LEFT JOIN orders o ON o.person_id = p.id GROUP BY p.id, p.name;
	CREATE INDEX ON people (grp, amount);
	CREATE INDEX ON people (lower(name));
	CREATE INDEX ON people (id) WHERE grp = 2;
	CREATE INDEX ON people USING hash (name);
	CREATE INDEX ON people USING gin (tags);
	CREATE INDEX ON people USING gin (doc);
	CREATE INDEX ON people USING gist (span);
	CREATE INDEX ON people USING spgist (pt);
	CREATE INDEX ON people USING brin (amount) WITH (pages_per_range = 1);
	CREATE INDEX ON orders (person_id);
	CREATE INDEX ON orders USING hash (note);
	CREATE INDEX ON orders USING spgist (note);
	CREATE INDEX ON visits (person_id);
	CREATE INDEX ON visits USING brin (day);
	CREATE INDEX ON owned_things (person_id);
	CREATE INDEX ON things (qty);
END$$;

-- What is hidden is so for one of four reasons; restricted persons are restricted by a call.
CREATE TABLE source.people AS SELECT n AS id, 'name' || n % 60 AS name, n % 7 AS grp, (n * 37 % 500)::numeric AS amount, ARRAY[n % 5, n % 11, n % 13] AS tags, point(n % 20, n % 17) AS pt,
	int4range(n % 90, n % 90 + n % 12 + 1) AS span, to_tsvector('simple', 'w' || n % 9 || ' w' || n % 14) AS doc, (ARRAY['', '', '', 'quarantined', 'due', 'kept'])[hashint4(n + 11) % 3 + 4] AS state
	FROM generate_series(1, 400) n;
UPDATE source.people SET state = '' WHERE id % 5 IN (0, 1);
UPDATE source.people SET state = 'restricted' WHERE id % 40 = 0;
CREATE TABLE source.orders AS SELECT n AS id, CASE WHEN n % 17 > 0 THEN n * 7 % 400 + 1 END AS person_id, n % 23 AS qty, 'note' || n % 50 AS note, (ARRAY['quarantined', 'due', ''])[n % 3 + 1] AS state FROM generate_series(1, 600) n;
CREATE TABLE source.visits AS SELECT n AS id, n * 3 % 400 + 1 AS person_id, (ARRAY['north', 'south', 'east'])[n % 3 + 1] AS region, date '2029-01-01' + n % 100 AS day, n % 19 AS qty, (ARRAY['', 'quarantined', '', 'due'])[n / 3 % 4 + 1] AS state FROM generate_series(1, 300) n;
CREATE TABLE source.things AS SELECT n AS id, n * 11 % 400 + 1 AS person_id, 'name' || n % 60 AS name, n % 15 AS qty, (ARRAY['parent', '', 'quarantined', 'due'])[n % 4 + 1] AS state FROM generate_series(1, 240) n;

-- When its clock started: for one whose time is not over, some started lately and some did not.
CREATE FUNCTION source.left_on(state text, n int) RETURNS date LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE state WHEN 'quarantined' THEN date '2030-01-15' WHEN 'due' THEN date '2020-01-15' WHEN 'kept' THEN date '2028-01-15' ELSE CASE WHEN n % 2 = 0 THEN date '2030-05-20' END END
$$;
CREATE FUNCTION source.fill(place text, all_of_it boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('search_path', place, true);
	INSERT INTO people SELECT id, name, grp, amount, tags, pt, span, doc, 'mail' || id, source.left_on(state, id), state = 'kept' FROM source.people WHERE all_of_it OR state = '';
	INSERT INTO orders SELECT id, person_id, qty, note, source.left_on(state, id) FROM source.orders WHERE all_of_it OR state = '';
	INSERT INTO visits SELECT id, person_id, region, day, qty, source.left_on(state, id) FROM source.visits WHERE all_of_it OR state = '';
	INSERT INTO things SELECT id, person_id, name, qty FROM source.things WHERE state = 'parent';
	INSERT INTO owned_things SELECT id, person_id, name, qty, source.left_on(state, id) FROM source.things WHERE state <> 'parent' AND (all_of_it OR state = '');
	INSERT INTO places SELECT n, n % 7, 'name' || n, n % 23 FROM generate_series(1, 40) n;
END$$;

GRANT USAGE ON SCHEMA source TO owner;
SET ROLE owner;
SELECT source.build('g'), source.build('v') \g /dev/null
RESET ROLE;
INSERT INTO retention.policy (name, relation, applies_to, priority, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, legal_access, mode)
VALUES ('contracts', 'g.people', 'contract', 10, '{left_on}', '30 days', '0 days', 'delete', '10 years', 'Bookkeeping Act', '{}', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
SELECT t, t::regclass, '{left_on}', '30 days', '1 year', 'delete', 'enforce' FROM unnest('{g.people,g.orders,g.visits,g.owned_things}'::text[]) t;
SELECT source.fill('g', true), source.fill('v', false) \g /dev/null
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'g.people', '{email}');
SELECT retention.restrict('person', id, 'contested') FROM source.people WHERE state = 'restricted' \g /dev/null
GRANT SELECT ON ALL TABLES IN SCHEMA g, v TO reader;
ANALYZE;

-- A query's rows as one word, in any order, or its error; planned with some methods taken away.
CREATE FUNCTION public.digest(place text, query text, without text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE setting text;
BEGIN
	PERFORM set_config('search_path', place, true);
	FOREACH setting IN ARRAY without LOOP PERFORM set_config(setting, 'off', true); END LOOP;
	RETURN QUERY EXECUTE 'SELECT concat(count(*), '' '', md5(string_agg(q::text, ''|'' ORDER BY q::text COLLATE "C"))) FROM (' || query || ') q';
	FOREACH setting IN ARRAY without LOOP PERFORM set_config(setting, 'on', true); END LOOP;
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT 'error ' || SQLSTATE || ' ' || SQLERRM;
END$$;
CREATE TABLE public.queries (n int PRIMARY KEY, query text, without text[]);
GRANT SELECT ON public.queries TO owner, reader;
