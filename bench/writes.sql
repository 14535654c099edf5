-- Tables that are alike: governed; with a PL/pgSQL trigger that keeps a clock in the same way, which has an index as the governed one's has;
-- plain; and, where the start is in the row, plain with the index by which one would find by hand what is over.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TABLE governed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, ended_at timestamptz);
CREATE TABLE triggered (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, ended_at timestamptz, clock timestamptz);
CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, ended_at timestamptz);
CREATE TABLE indexed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, ended_at timestamptz);
CREATE INDEX ON indexed (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE governed_parent (id int PRIMARY KEY, name text, ended_at timestamptz);
CREATE TABLE triggered_parent (id int PRIMARY KEY, name text, ended_at timestamptz);
CREATE TABLE plain_parent (id int PRIMARY KEY, name text, ended_at timestamptz);
CREATE TABLE governed_child (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int NOT NULL REFERENCES governed_parent, body text);
CREATE TABLE triggered_child (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int NOT NULL REFERENCES triggered_parent, body text, clock timestamptz);
CREATE TABLE plain_child (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int NOT NULL REFERENCES plain_parent, body text);
CREATE INDEX ON governed_child (parent_id);
CREATE INDEX ON triggered_child (parent_id);
CREATE INDEX ON plain_child (parent_id);
CREATE INDEX ON triggered (clock) WHERE clock IS NOT NULL;
CREATE INDEX ON triggered_child (clock) WHERE clock IS NOT NULL;

CREATE FUNCTION keep_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.clock := NEW.ended_at;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_clock BEFORE INSERT OR UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION keep_clock();
-- What the application writes into the clock is of no account here, either. The parent is locked first, so that a change of it that is under way is waited for, and read by the next statement.
CREATE FUNCTION keep_child_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM triggered_parent WHERE id = NEW.parent_id FOR KEY SHARE;
    SELECT ended_at INTO NEW.clock FROM triggered_parent WHERE id = NEW.parent_id;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_clock BEFORE INSERT OR UPDATE OF parent_id, clock ON triggered_child FOR EACH ROW EXECUTE FUNCTION keep_child_clock();
CREATE FUNCTION carry_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        PERFORM FROM triggered_parent WHERE id = NEW.id FOR UPDATE;
        UPDATE triggered_child SET clock = NEW.ended_at WHERE parent_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER carry_down AFTER UPDATE ON triggered_parent FOR EACH ROW EXECUTE FUNCTION carry_down();

INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('in the row', 'governed', '{ended_at}', '10 years', '30 days', 'delete', 'enforce'),
    ('on the parent', 'governed_child', '{parent_id.ended_at}', '10 years', '30 days', 'delete', 'enforce');
INSERT INTO governed_parent SELECT i, 'Parent ' || i, CASE WHEN i % 2 = 0 THEN timestamptz '2026-01-01' END FROM generate_series(1, 1000) i;
INSERT INTO triggered_parent SELECT * FROM governed_parent;
INSERT INTO plain_parent SELECT * FROM governed_parent;
-- Some with many children, each of which ends once.
INSERT INTO governed_parent SELECT 100000 + i, 'Large', NULL FROM generate_series(1, 3) i;
INSERT INTO triggered_parent SELECT 100000 + i, 'Large', NULL FROM generate_series(1, 3) i;
INSERT INTO governed_child (parent_id, body) SELECT p, repeat('x', 100) FROM generate_series(100001, 100003) p, generate_series(1, 10000);
INSERT INTO triggered_child (parent_id, body) SELECT p, repeat('x', 100) FROM generate_series(100001, 100003) p, generate_series(1, 10000);
INSERT INTO governed (body, ended_at) SELECT repeat('x', 100), CASE WHEN i % 2 = 0 THEN timestamptz '2026-01-01' + i * interval '1 minute' END FROM generate_series(1, 5000) i;
INSERT INTO triggered (body, ended_at) SELECT body, ended_at FROM governed;
INSERT INTO plain (body, ended_at) SELECT body, ended_at FROM governed;
INSERT INTO indexed (body, ended_at) SELECT body, ended_at FROM governed;
CALL retention.sweep();
VACUUM (FREEZE, ANALYZE);
