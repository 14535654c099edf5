-- Legal holds are placed, looked at again, lifted, and what they keep is read by whom they name.

CREATE VIEW retention.standing_hold AS
SELECT h.hold_id, h.name, h.ground, h.scope, h.policy_id, CASE WHEN h.relation IS NULL THEN NULL ELSE h.relation::text END AS relation, h.kind, h.owner, h.placed_at, h.placed_by, h.review_on,
    (retention.time_now() AT TIME ZONE retention.zone(''))::date OPERATOR(pg_catalog.>) h.review_on AS overdue,
    (SELECT count(*)::integer FROM unnest(h.readers) r (role) WHERE r.role NOT IN (SELECT a.oid FROM pg_roles a)) AS readers_gone
FROM retention.hold h WHERE h.lifted_at IS NULL;
COMMENT ON VIEW retention.standing_hold IS 'legal holds that stand, without what tells whose rows they hold';
COMMENT ON COLUMN retention.standing_hold.hold_id IS 'what retention.lift_hold is given';
COMMENT ON COLUMN retention.standing_hold.name IS 'what it is called';
COMMENT ON COLUMN retention.standing_hold.ground IS '17(3)(b): a law requires the data; 17(3)(e): legal claims';
COMMENT ON COLUMN retention.standing_hold.scope IS 'policy, table, row, subject, condition';
COMMENT ON COLUMN retention.standing_hold.policy_id IS 'number of the policy, of scope policy';
COMMENT ON COLUMN retention.standing_hold.relation IS 'the table: of scope table, row and condition';
COMMENT ON COLUMN retention.standing_hold.kind IS 'which kind of person, of scope subject';
COMMENT ON COLUMN retention.standing_hold.owner IS 'who answers for it';
COMMENT ON COLUMN retention.standing_hold.placed_at IS 'since when it stands';
COMMENT ON COLUMN retention.standing_hold.placed_by IS 'the role that had logged in and placed it';
COMMENT ON COLUMN retention.standing_hold.review_on IS 'when it is to be looked at again';
COMMENT ON COLUMN retention.standing_hold.overdue IS 'that day is over, and nobody lifted or prolonged it';
COMMENT ON COLUMN retention.standing_hold.readers_gone IS 'how many of its readers are roles that were dropped';
GRANT SELECT ON retention.standing_hold TO pg_monitor;

CREATE FUNCTION retention.place_hold(name text, reason text, ground text, key bigint, relation regclass DEFAULT NULL, kind text DEFAULT NULL, owner text DEFAULT NULL, review_on date DEFAULT NULL, readers regrole[] DEFAULT '{}') RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_place_hold_on_key';
COMMENT ON FUNCTION retention.place_hold(text, text, text, bigint, regclass, text, text, date, regrole[]) IS 'places a legal hold on one row of a relation, or on the rows about a person of a kind, those that are written later included: they are neither deleted nor blanked until retention.lift_hold(). ground: 17(3)(b) or 17(3)(e); owner: who answers for it, the caller where nobody is named; review_on: in a year where no day is named; no data about persons in name and reason';
CREATE FUNCTION retention.place_hold(name text, reason text, ground text, key text, relation regclass DEFAULT NULL, kind text DEFAULT NULL, owner text DEFAULT NULL, review_on date DEFAULT NULL, readers regrole[] DEFAULT '{}') RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_place_hold_on_key';
COMMENT ON FUNCTION retention.place_hold(text, text, text, text, regclass, text, text, date, regrole[]) IS 'places a legal hold on one row of a relation, or on the rows about a person of a kind, those that are written later included: they are neither deleted nor blanked until retention.lift_hold(). ground: 17(3)(b) or 17(3)(e); owner: who answers for it, the caller where nobody is named; review_on: in a year where no day is named; no data about persons in name and reason';
CREATE FUNCTION retention.place_hold(name text, reason text, ground text, key uuid, relation regclass DEFAULT NULL, kind text DEFAULT NULL, owner text DEFAULT NULL, review_on date DEFAULT NULL, readers regrole[] DEFAULT '{}') RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_place_hold_on_key';
COMMENT ON FUNCTION retention.place_hold(text, text, text, uuid, regclass, text, text, date, regrole[]) IS 'places a legal hold on one row of a relation, or on the rows about a person of a kind, those that are written later included: they are neither deleted nor blanked until retention.lift_hold(). ground: 17(3)(b) or 17(3)(e); owner: who answers for it, the caller where nobody is named; review_on: in a year where no day is named; no data about persons in name and reason';
CREATE FUNCTION retention.place_hold(name text, reason text, ground text, key jsonb, relation regclass DEFAULT NULL, kind text DEFAULT NULL, owner text DEFAULT NULL, review_on date DEFAULT NULL, readers regrole[] DEFAULT '{}') RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_place_hold_on_key';
COMMENT ON FUNCTION retention.place_hold(text, text, text, jsonb, regclass, text, text, date, regrole[]) IS 'places a legal hold on one row of a relation, or on the rows about a person of a kind, those that are written later included: they are neither deleted nor blanked until retention.lift_hold(). ground: 17(3)(b) or 17(3)(e); owner: who answers for it, the caller where nobody is named; review_on: in a year where no day is named; no data about persons in name and reason';
CREATE FUNCTION retention.place_hold(name text, reason text, ground text, relation regclass DEFAULT NULL, policy text DEFAULT NULL, condition text DEFAULT NULL, owner text DEFAULT NULL, review_on date DEFAULT NULL, readers regrole[] DEFAULT '{}') RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_place_hold';
COMMENT ON FUNCTION retention.place_hold(text, text, text, regclass, text, text, text, date, regrole[]) IS 'the same of all rows of a policy, or of a relation, or of those of a relation that meet a condition; of a policy or relation no row is written';

CREATE FUNCTION retention.lift_hold(hold_id bigint, reason text) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_lift_hold';
COMMENT ON FUNCTION retention.lift_hold(bigint, text) IS 'lifts a legal hold; returns how many rows no hold marks any more. What waited for that goes with the next sweep: rows that are due, and those whose erasure was asked for';
CREATE FUNCTION retention.lift_holds(hold_ids bigint[], reason text) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_lift_holds';
COMMENT ON FUNCTION retention.lift_holds(bigint[], text) IS 'the same of many holds at once: a case is closed';
CREATE FUNCTION retention.review_hold(hold_id bigint, review_on date) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_review_hold';
COMMENT ON FUNCTION retention.review_hold(bigint, date) IS 'records that somebody looked at the hold, and when it is to be looked at again';
CREATE FUNCTION retention.held_rows(hold_id bigint, OUT relation regclass, OUT key jsonb, OUT data jsonb) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_held_rows';
COMMENT ON FUNCTION retention.held_rows(bigint) IS 'the rows that a hold keeps, hidden ones included, for the roles that it names and who may read their tables; restricted ones only of a hold for legal claims (Article 18(2)). It is in the ledger who read them';

CREATE FUNCTION retention.held_kinds(OUT kind text, OUT problem text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_held_kinds';
COMMENT ON FUNCTION retention.held_kinds() IS 'kinds of persons that holds are on, and why whom they are on cannot be read: until it can, rows that may be about persons are written, and none goes; problem NULL: it can';
GRANT EXECUTE ON FUNCTION retention.held_kinds() TO pg_monitor;
