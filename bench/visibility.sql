-- The same data three times, a tenth of it past its deadline: plain tables, tables under row-level security, governed tables.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION pg_retention;
CREATE EXTENSION pg_trgm;
CREATE ROLE reader LOGIN;
CREATE SCHEMA plain;
CREATE SCHEMA rls;
CREATE SCHEMA ours;

CREATE PROCEDURE tables(place text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', place || ', public', false);
    CREATE TABLE firms (id int PRIMARY KEY, name text NOT NULL, ended_at timestamptz);
    CREATE TABLE people (id int PRIMARY KEY, firm_id int NOT NULL REFERENCES firms, name text NOT NULL, note text, words tsvector, doc jsonb, tags text[],
        span int4range, amount numeric(12, 2), ended_at timestamptz);
    CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES people, remark text, amount numeric(12, 2), ended_at timestamptz);
    CREATE TABLE visits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, page text, ended_at timestamptz);
END $$;
CREATE FUNCTION ended(i int) RETURNS timestamptz STABLE LANGUAGE sql
    RETURN CASE i * 7 % 10 WHEN 0 THEN now() - interval '60 days' WHEN 1 THEN now() + interval '60 days' END;
CREATE PROCEDURE rows(place text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', place || ', public', false);
    PERFORM setseed(0.5);
    INSERT INTO firms SELECT i, 'Firm ' || i, ended(i / 3) FROM generate_series(1, 2000) i;
    INSERT INTO people SELECT i, 1 + i % 1999, md5(i::text), repeat('leave it at the door ', 3), to_tsvector('simple', 'w' || i % 5003 || ' v' || i % 71),
        jsonb_build_object('k', i % 4001, 'city', 'Oslo'), ARRAY['t' || i % 4001, 'u' || i % 7], int4range(i * 3, i * 3 + 5), i % 19997 + 0.25, ended(i)
        FROM generate_series(1, 200000) i;
    INSERT INTO orders SELECT i, 1 + i / 2, 'by post', i % 1000, ended(i / 7) FROM generate_series(1, 399998) i;
    CREATE INDEX ON people (firm_id);
    CREATE INDEX ON people (name text_pattern_ops);
    CREATE INDEX ON people USING gin (name gin_trgm_ops);
    CREATE INDEX ON people USING gin (words);
    CREATE INDEX ON people USING gin (doc jsonb_path_ops);
    CREATE INDEX ON people USING gin (tags);
    CREATE INDEX ON people USING gist (span);
    CREATE INDEX ON people (amount);
    CREATE INDEX ON orders (person_id);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO reader', place);
    EXECUTE format('GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA %I TO reader', place);
END $$;

CALL tables('plain');
CALL tables('rls');
CALL tables('ours');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    SELECT t, format('ours.%I', t)::regclass, '{ended_at}', '0 days', '1 year', 'delete', 'enforce' FROM unnest('{firms,people,orders,visits}'::text[]) t;
CALL rows('plain');
CALL rows('rls');
CALL rows('ours');
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY '{firms,people,orders,visits}'::text[] LOOP
        EXECUTE format('ALTER TABLE rls.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY hide ON rls.%I FOR SELECT USING (ended_at IS NULL OR ended_at > now())', t);
        EXECUTE format('CREATE POLICY write ON rls.%I FOR INSERT WITH CHECK (true)', t);
    END LOOP;
END $$;
CALL retention.sweep();
-- Rows and indexes written again, one table like the other, and every page all-visible.
VACUUM FULL;
VACUUM (FREEZE, ANALYZE);
-- One sample in eight happens to have a value of jsonb often enough for another estimate, a hundred times as high, and another plan,
-- on plain tables as on governed ones. All three are to be compared under the same one.
DO $$
DECLARE
    place text;
    plan json;
BEGIN
    FOREACH place IN ARRAY '{plain,rls,ours}'::text[] LOOP
        LOOP
            EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %I.people WHERE doc @> ''{"k": 77}''', place) INTO plan;
            EXIT WHEN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::int < 200;
            EXECUTE format('ANALYZE %I.people', place);
        END LOOP;
    END LOOP;
END $$;
