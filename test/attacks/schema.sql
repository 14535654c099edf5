-- Beside test/security/schema.sql: policies with a path, and whether the hidden rows are still what they were.
\set ON_ERROR_STOP on
SELECT retention.resume();
CALL retention.sweep();
CREATE EXTENSION amcheck;
CREATE EXTENSION tablefunc;
CREATE EXTENSION xml2;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;

CREATE FUNCTION lab.follow(tab regclass, what text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE how text := (SELECT mode FROM lab.mode);
BEGIN
	IF how = 'none' THEN
		EXECUTE format('ALTER TABLE %s ADD COLUMN retention_clock bigint NOT NULL DEFAULT 0', tab);
	ELSE
		INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
		VALUES (tab::text, tab, '{left_on,up_id.left_on}', '30 days', '1 year', what, how);
	END IF;
END $$;

SET retention.reveal = on;
CREATE FUNCTION lab.rows_now() RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat((SELECT string_agg((p.id, p.name, p.left_on)::text, ';' ORDER BY id) FROM app.people p WHERE id < 100),
		(SELECT string_agg((m.id, m.name)::text, ';' ORDER BY id) FROM app.members m WHERE id = 2), (SELECT string_agg((v.id, v.name)::text, ';' ORDER BY id) FROM app.visits v WHERE id IN (3, 4))))
$$;
CREATE TABLE lab.before AS SELECT lab.rows_now() AS was;
CREATE FUNCTION lab.changed() RETURNS SETOF text LANGUAGE sql AS $$SELECT 'CHANGED' FROM lab.before WHERE was <> lab.rows_now()$$;
