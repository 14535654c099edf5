-- One person, everywhere: who the persons are, how rows lead to them, and what they may ask for.

CREATE TABLE retention.subject_kind (
    kind text PRIMARY KEY,
    relation regclass NOT NULL UNIQUE,
    key name[],
    identifying name[] NOT NULL DEFAULT '{}',
    scope name[] NOT NULL DEFAULT '{}',
    placeholders text[] NOT NULL DEFAULT '{}',
    applies_to text,
    validated boolean NOT NULL DEFAULT false
);
SELECT pg_catalog.pg_extension_config_dump('retention.subject_kind', '');
COMMENT ON TABLE retention.subject_kind IS 'tables whose rows are persons';
COMMENT ON COLUMN retention.subject_kind.kind IS 'what such a person is called: user, customer; links, requests and functions name it';
COMMENT ON COLUMN retention.subject_kind.relation IS 'the table whose rows they are';
COMMENT ON COLUMN retention.subject_kind.key IS 'by which columns a person is named; the primary key when not given';
COMMENT ON COLUMN retention.subject_kind.identifying IS 'columns whose value belongs to one person only: rows of any kind that share one are the same person';
COMMENT ON COLUMN retention.subject_kind.scope IS 'columns, such as a tenant, within which an identifying value belongs to one person: rows are the same person only where these agree, too';
COMMENT ON COLUMN retention.subject_kind.placeholders IS 'values of identifying columns, of any kind, that are nobody''s: an address for everybody. Blanks, punctuation, zeros and words such as n/a are known to be none';
COMMENT ON COLUMN retention.subject_kind.applies_to IS 'a condition on one row, as in retention.policy: which rows of the table are persons, and not companies; NULL: all';
COMMENT ON COLUMN retention.subject_kind.validated IS 'set by the extension: the kind was checked against the schema';

CREATE TABLE retention.subject_link (
    kind text NOT NULL,
    relation regclass NOT NULL,
    path text NOT NULL,
    role text NOT NULL DEFAULT 'about' CHECK (role IN ('about', 'accesses', 'deleted_with', 'mentioned', 'same')),
    columns name[] NOT NULL DEFAULT '{}',
    validated boolean NOT NULL DEFAULT false,
    PRIMARY KEY (kind, relation, path)
);
SELECT pg_catalog.pg_extension_config_dump('retention.subject_link', '');
COMMENT ON TABLE retention.subject_link IS 'how the rows of a table lead to persons';
COMMENT ON COLUMN retention.subject_link.kind IS 'the kind of person it leads to';
COMMENT ON COLUMN retention.subject_link.relation IS 'the table whose rows lead there';
COMMENT ON COLUMN retention.subject_link.path IS 'foreign key columns joined by dots up to the table of the kind; [schema.table.column] follows a foreign key down; a key* to the table itself is followed as often as it leads on; (column = schema.table.column, type = ''Case'') a key that the schema does not say';
COMMENT ON COLUMN retention.subject_link.role IS 'about: the row is data about the person, alone or with others; accesses: the person may see it whole, and it stays as it is; deleted_with: as about, and the row goes with the person, whoever else it is about; mentioned: it is about somebody else; same: it is a person itself, the same human';
COMMENT ON COLUMN retention.subject_link.columns IS 'the personal columns that concern this person alone; empty: the row is not divided';
COMMENT ON COLUMN retention.subject_link.validated IS 'set by the extension: the path was checked against the schema';

CREATE TABLE retention.controller (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    name text NOT NULL,
    contact text NOT NULL,
    data_protection_officer text,
    recipients text[] NOT NULL DEFAULT '{}',
    transfers text,
    source text,
    authority text,
    automated_decisions text,
    joint_controllers text[] NOT NULL DEFAULT '{}' CHECK (array_position(joint_controllers, NULL) IS NULL),
    representative text CHECK (representative <> ''),
    measures text[] NOT NULL DEFAULT '{}' CHECK (array_position(measures, NULL) IS NULL)
);
SELECT pg_catalog.pg_extension_config_dump('retention.controller', '');
COMMENT ON TABLE retention.controller IS 'who decides on the data, and what is told beside them (Articles 13, 14, 15(1) and (2), 30(1))';
COMMENT ON COLUMN retention.controller.one IS 'there is one row';
COMMENT ON COLUMN retention.controller.name IS 'who decides what data are used for';
COMMENT ON COLUMN retention.controller.contact IS 'how it is reached';
COMMENT ON COLUMN retention.controller.data_protection_officer IS 'how the officer is reached; NULL: there is none';
COMMENT ON COLUMN retention.controller.recipients IS 'recipients, or categories of them';
COMMENT ON COLUMN retention.controller.transfers IS 'transfers to third countries and their safeguards; NULL: none';
COMMENT ON COLUMN retention.controller.source IS 'where data come from that the person did not provide';
COMMENT ON COLUMN retention.controller.authority IS 'where a complaint can be lodged';
COMMENT ON COLUMN retention.controller.automated_decisions IS 'automated decisions and their logic; NULL: none';
COMMENT ON COLUMN retention.controller.joint_controllers IS 'who decides with it (Article 26), each with how it is reached; empty: nobody';
COMMENT ON COLUMN retention.controller.representative IS 'of a controller outside the EEA (Article 27), and how it is reached; NULL: there is none';
COMMENT ON COLUMN retention.controller.measures IS 'of security, technical and organisational, that the database cannot know (Article 32): training, locks, agreements; see retention.register';

CREATE TABLE retention.restriction (
    restriction_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    key jsonb NOT NULL,
    reason text NOT NULL,
    request_id bigint,
    restricted_at timestamptz NOT NULL,
    restricted_by text NOT NULL,
    informed_at timestamptz,
    informed_by text,
    lifted_at timestamptz,
    lifted_by text
);
SELECT pg_catalog.pg_extension_config_dump('retention.restriction', '');
SELECT pg_catalog.pg_extension_config_dump('retention.restriction_restriction_id_seq', '');
COMMENT ON TABLE retention.restriction IS 'whose data are restricted (Article 18), since when and why; goes with the person';
COMMENT ON COLUMN retention.restriction.restriction_id IS 'what retention.inform_of_lifting and retention.lift_restriction are given';
COMMENT ON COLUMN retention.restriction.kind IS 'which kind of person, see retention.subject_kind';
COMMENT ON COLUMN retention.restriction.key IS 'the key of the person in the table of the kind';
COMMENT ON COLUMN retention.restriction.reason IS 'why, as the caller of retention.restrict said';
COMMENT ON COLUMN retention.restriction.request_id IS 'the request by which it was called for, as the caller numbered it; NULL: none was named';
COMMENT ON COLUMN retention.restriction.restricted_at IS 'when the data were restricted';
COMMENT ON COLUMN retention.restriction.restricted_by IS 'the role that had logged in';
COMMENT ON COLUMN retention.restriction.informed_at IS 'when the person was told that the restriction will be lifted (Article 18(3))';
COMMENT ON COLUMN retention.restriction.informed_by IS 'the role that had logged in and recorded that';
COMMENT ON COLUMN retention.restriction.lifted_at IS 'when the restriction was lifted; NULL: it stands';
COMMENT ON COLUMN retention.restriction.lifted_by IS 'the role that had logged in and lifted it';

CREATE TABLE retention.statement (
    statement_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    key jsonb NOT NULL,
    relation regclass NOT NULL,
    row_key jsonb NOT NULL,
    statement text NOT NULL,
    request_id bigint,
    made_at timestamptz NOT NULL
);
SELECT pg_catalog.pg_extension_config_dump('retention.statement', '');
SELECT pg_catalog.pg_extension_config_dump('retention.statement_statement_id_seq', '');
COMMENT ON TABLE retention.statement IS 'supplementary statements of persons about their data (Article 16); part of their export, and goes with them';
COMMENT ON COLUMN retention.statement.statement_id IS 'number of the statement';
COMMENT ON COLUMN retention.statement.kind IS 'which kind of person, see retention.subject_kind';
COMMENT ON COLUMN retention.statement.key IS 'the key of the person in the table of the kind';
COMMENT ON COLUMN retention.statement.relation IS 'the table of the row that it is about';
COMMENT ON COLUMN retention.statement.row_key IS 'the key of that row';
COMMENT ON COLUMN retention.statement.statement IS 'what the person says';
COMMENT ON COLUMN retention.statement.request_id IS 'the request by which it was made; NULL: none was named';
COMMENT ON COLUMN retention.statement.made_at IS 'when it was recorded';

CREATE TABLE retention.erasure (
    hash bytea PRIMARY KEY,
    key_print bytea NOT NULL,
    erased_at timestamptz NOT NULL,
    prints bytea[] NOT NULL DEFAULT '{}'
);
SELECT pg_catalog.pg_extension_config_dump('retention.erasure', '');
COMMENT ON TABLE retention.erasure IS 'who was erased, as keyed hashes of table and key, so that a restored backup can be brought up to date; entries go after retention.backup_age';
COMMENT ON COLUMN retention.erasure.hash IS 'keyed hash of table and key';
COMMENT ON COLUMN retention.erasure.key_print IS 'tells which key the hash was made with';
COMMENT ON COLUMN retention.erasure.erased_at IS 'when the person was erased';
COMMENT ON COLUMN retention.erasure.prints IS 'keyed hashes of what the erased rows held, by which they are told from later ones with the same key';

CREATE FUNCTION retention.check_subject() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_check_subject';
COMMENT ON FUNCTION retention.check_subject() IS 'checks kinds of persons and links against the schema';
CREATE TRIGGER check_subject BEFORE INSERT OR UPDATE OR DELETE ON retention.subject_kind
    FOR EACH ROW EXECUTE FUNCTION retention.check_subject();
CREATE TRIGGER check_subject BEFORE INSERT OR UPDATE OR DELETE ON retention.subject_link
    FOR EACH ROW EXECUTE FUNCTION retention.check_subject();
-- No foreign key: a restore loads tables in any order, and in parallel.
CREATE FUNCTION retention.follow_kind() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_follow_kind';
COMMENT ON FUNCTION retention.follow_kind() IS 'links are renamed with their kind of persons, and go with it; while one of them is restricted a kind neither goes nor means other rows';
CREATE TRIGGER follow_kind AFTER UPDATE OR DELETE ON retention.subject_kind
    FOR EACH ROW EXECUTE FUNCTION retention.follow_kind();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.subject_kind
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.subject_link
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
CREATE FUNCTION retention.keep_identity() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_keep_identity';
COMMENT ON FUNCTION retention.keep_identity() IS 'while a legal hold is on a person nobody declares that an identifying column holds something else';
CREATE TRIGGER keep_identity AFTER INSERT OR UPDATE OR DELETE ON retention.personal_column
    FOR EACH ROW EXECUTE FUNCTION retention.keep_identity();
ALTER TABLE retention.personal_column ENABLE ALWAYS TRIGGER keep_identity;
CREATE FUNCTION retention.tell_persons() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_tell_persons';
COMMENT ON FUNCTION retention.tell_persons() IS 'plans are made anew: rows lead to other persons';
CREATE TRIGGER tell_persons AFTER INSERT OR UPDATE OR DELETE ON retention.subject_kind
    FOR EACH STATEMENT EXECUTE FUNCTION retention.tell_persons();
CREATE TRIGGER tell_persons AFTER INSERT OR UPDATE OR DELETE ON retention.subject_link
    FOR EACH STATEMENT EXECUTE FUNCTION retention.tell_persons();
ALTER TABLE retention.subject_kind ENABLE ALWAYS TRIGGER check_subject, ENABLE ALWAYS TRIGGER follow_kind, ENABLE ALWAYS TRIGGER tell_persons, ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE retention.subject_link ENABLE ALWAYS TRIGGER check_subject, ENABLE ALWAYS TRIGGER tell_persons, ENABLE ALWAYS TRIGGER refuse_truncate;

CREATE FUNCTION retention.propose_links(OUT kind text, OUT relation regclass, OUT path text, OUT role text) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_propose_links';
COMMENT ON FUNCTION retention.propose_links() IS 'links that the foreign keys suggest and retention.subject_link does not have yet, where the shape tells whose the rows are';
CREATE FUNCTION retention.uncertain_links(OUT kind text, OUT relation regclass, OUT path text, OUT role text, OUT why text) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_uncertain_links';
COMMENT ON FUNCTION retention.uncertain_links() IS 'paths by which rows lead to persons where the foreign keys do not tell whose the rows are, also by names, types and values where there is no foreign key, the role that may fit, and why it is uncertain: somebody who knows has to say';
CREATE FUNCTION retention.sample_link(kind text, relation regclass, path text, OUT row_key jsonb, OUT key jsonb) RETURNS SETOF record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_sample_link';
COMMENT ON FUNCTION retention.sample_link(text, regclass, text) IS 'to whom three rows lead by a path, before it is made a link; NULL: to nobody. For those who may reveal';
CREATE FUNCTION retention.types_not_followed(OUT relation regclass, OUT column_name text, OUT value text) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_types_not_followed';
COMMENT ON FUNCTION retention.types_not_followed() IS 'types of references to rows of many tables that no link follows, by what ANALYZE found, for retention.gaps';
GRANT EXECUTE ON FUNCTION retention.types_not_followed() TO pg_monitor;
CREATE FUNCTION retention.refers_by(relation regclass, path text, person regclass) RETURNS text[]
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_refers_by';
COMMENT ON FUNCTION retention.refers_by(regclass, text, regclass) IS 'the columns by which rows refer to a person where a link says so and no foreign key does, for retention.anonymisation; NULL: the path is another';
GRANT EXECUTE ON FUNCTION retention.refers_by(regclass, text, regclass) TO pg_monitor;
CREATE FUNCTION retention.unlinked(OUT kind text, OUT relation regclass, OUT path text, OUT role text, OUT why text) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_unlinked';
COMMENT ON FUNCTION retention.unlinked() IS 'what retention.propose_links() and retention.uncertain_links() have, for retention.gaps';
GRANT EXECUTE ON FUNCTION retention.unlinked() TO pg_monitor;
CREATE FUNCTION retention.identity(value text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'pg_retention_identity';
COMMENT ON FUNCTION retention.identity(text) IS 'the form in which values of identifying columns are compared; NULL: the value is nobody''s. An index on it serves who asks for a person';
CREATE FUNCTION retention.basis_known(legal_basis text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_basis_known';
COMMENT ON FUNCTION retention.basis_known(text) IS 'whether a legal basis is written so that its consequences for Article 20 can be told';
GRANT EXECUTE ON FUNCTION retention.basis_known(text) TO pg_monitor;
CREATE FUNCTION retention.find_subject(value text, OUT kind text, OUT key jsonb, OUT column_name name) RETURNS SETOF record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_find_subject';
COMMENT ON FUNCTION retention.find_subject(text) IS 'the persons who have this value in a column that tells who they are: an identifying one, a name, a way to be reached';

CREATE FUNCTION retention.shared_identities(OUT kind text, OUT column_name name, OUT value text, OUT rows bigint, OUT names bigint) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_shared_identities';
COMMENT ON FUNCTION retention.shared_identities() IS 'identifying values that would stop a request: in more rows of a kind than retention.max_identity_rows, or in rows with different names, which are counted';
CREATE FUNCTION retention.most_shared_identity(kind text, column_name name) RETURNS bigint
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_most_shared_identity';
COMMENT ON FUNCTION retention.most_shared_identity(text, name) IS 'in how many rows the commonest value of an identifying column is, by what ANALYZE found; NULL: in no more than one person has';
GRANT EXECUTE ON FUNCTION retention.most_shared_identity(text, name) TO pg_monitor;

CREATE FUNCTION retention.explain_subject(kind text, key bigint, OUT relation regclass, OUT path text, OUT role text, OUT policy text, OUT rows bigint) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_explain_subject';
COMMENT ON FUNCTION retention.explain_subject(text, bigint) IS 'the rows that concern a person, counted by table, path and role';
CREATE FUNCTION retention.explain_subject(kind text, key text, OUT relation regclass, OUT path text, OUT role text, OUT policy text, OUT rows bigint) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_explain_subject';
COMMENT ON FUNCTION retention.explain_subject(text, text) IS 'the rows that concern a person, counted by table, path and role';
CREATE FUNCTION retention.explain_subject(kind text, key uuid, OUT relation regclass, OUT path text, OUT role text, OUT policy text, OUT rows bigint) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_explain_subject';
COMMENT ON FUNCTION retention.explain_subject(text, uuid) IS 'the rows that concern a person, counted by table, path and role';
CREATE FUNCTION retention.explain_subject(kind text, key jsonb, OUT relation regclass, OUT path text, OUT role text, OUT policy text, OUT rows bigint) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_explain_subject';
COMMENT ON FUNCTION retention.explain_subject(text, jsonb) IS 'the rows that concern a person, counted by table, path and role';

CREATE FUNCTION retention.export(kind text, key bigint, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_export';
COMMENT ON FUNCTION retention.export(text, bigint, bigint) IS 'all data about a person, and what Article 15 asks beside them';
CREATE FUNCTION retention.export(kind text, key text, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_export';
COMMENT ON FUNCTION retention.export(text, text, bigint) IS 'all data about a person, and what Article 15 asks beside them';
CREATE FUNCTION retention.export(kind text, key uuid, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_export';
COMMENT ON FUNCTION retention.export(text, uuid, bigint) IS 'all data about a person, and what Article 15 asks beside them';
CREATE FUNCTION retention.export(kind text, key jsonb, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_export';
COMMENT ON FUNCTION retention.export(text, jsonb, bigint) IS 'all data about a person, and what Article 15 asks beside them';

CREATE FUNCTION retention.export_rows(kind text, key bigint, request_id bigint DEFAULT NULL, OUT relation regclass, OUT role text, OUT row_key jsonb, OUT state text, OUT gone_from timestamptz, OUT required_until timestamptz, OUT law text, OUT data json) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_export_rows';
COMMENT ON FUNCTION retention.export_rows(text, bigint, bigint) IS 'all data about a person, row by row, in constant memory';
CREATE FUNCTION retention.export_rows(kind text, key text, request_id bigint DEFAULT NULL, OUT relation regclass, OUT role text, OUT row_key jsonb, OUT state text, OUT gone_from timestamptz, OUT required_until timestamptz, OUT law text, OUT data json) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_export_rows';
COMMENT ON FUNCTION retention.export_rows(text, text, bigint) IS 'all data about a person, row by row, in constant memory';
CREATE FUNCTION retention.export_rows(kind text, key uuid, request_id bigint DEFAULT NULL, OUT relation regclass, OUT role text, OUT row_key jsonb, OUT state text, OUT gone_from timestamptz, OUT required_until timestamptz, OUT law text, OUT data json) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_export_rows';
COMMENT ON FUNCTION retention.export_rows(text, uuid, bigint) IS 'all data about a person, row by row, in constant memory';
CREATE FUNCTION retention.export_rows(kind text, key jsonb, request_id bigint DEFAULT NULL, OUT relation regclass, OUT role text, OUT row_key jsonb, OUT state text, OUT gone_from timestamptz, OUT required_until timestamptz, OUT law text, OUT data json) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_export_rows';
COMMENT ON FUNCTION retention.export_rows(text, jsonb, bigint) IS 'all data about a person, row by row, in constant memory';

CREATE FUNCTION retention.portability(kind text, key bigint, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_portability';
COMMENT ON FUNCTION retention.portability(text, bigint, bigint) IS 'the data a person may take along (Article 20), as JSON';
CREATE FUNCTION retention.portability(kind text, key text, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_portability';
COMMENT ON FUNCTION retention.portability(text, text, bigint) IS 'the data a person may take along (Article 20), as JSON';
CREATE FUNCTION retention.portability(kind text, key uuid, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_portability';
COMMENT ON FUNCTION retention.portability(text, uuid, bigint) IS 'the data a person may take along (Article 20), as JSON';
CREATE FUNCTION retention.portability(kind text, key jsonb, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_portability';
COMMENT ON FUNCTION retention.portability(text, jsonb, bigint) IS 'the data a person may take along (Article 20), as JSON';

CREATE FUNCTION retention.portability_csv(kind text, key bigint, request_id bigint DEFAULT NULL, OUT relation regclass, OUT csv text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_portability_csv';
COMMENT ON FUNCTION retention.portability_csv(text, bigint, bigint) IS 'the data a person may take along (Article 20), a CSV file per table';
CREATE FUNCTION retention.portability_csv(kind text, key text, request_id bigint DEFAULT NULL, OUT relation regclass, OUT csv text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_portability_csv';
COMMENT ON FUNCTION retention.portability_csv(text, text, bigint) IS 'the data a person may take along (Article 20), a CSV file per table';
CREATE FUNCTION retention.portability_csv(kind text, key uuid, request_id bigint DEFAULT NULL, OUT relation regclass, OUT csv text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_portability_csv';
COMMENT ON FUNCTION retention.portability_csv(text, uuid, bigint) IS 'the data a person may take along (Article 20), a CSV file per table';
CREATE FUNCTION retention.portability_csv(kind text, key jsonb, request_id bigint DEFAULT NULL, OUT relation regclass, OUT csv text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_portability_csv';
COMMENT ON FUNCTION retention.portability_csv(text, jsonb, bigint) IS 'the data a person may take along (Article 20), a CSV file per table';

CREATE FUNCTION retention.erase(kind text, key bigint, dry_run boolean DEFAULT false, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_erase';
COMMENT ON FUNCTION retention.erase(text, bigint, boolean, bigint) IS 'erases a person (Article 17); the answer says what is kept, under which law and until when';
CREATE FUNCTION retention.erase(kind text, key text, dry_run boolean DEFAULT false, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_erase';
COMMENT ON FUNCTION retention.erase(text, text, boolean, bigint) IS 'erases a person (Article 17); the answer says what is kept, under which law and until when';
CREATE FUNCTION retention.erase(kind text, key uuid, dry_run boolean DEFAULT false, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_erase';
COMMENT ON FUNCTION retention.erase(text, uuid, boolean, bigint) IS 'erases a person (Article 17); the answer says what is kept, under which law and until when';
CREATE FUNCTION retention.erase(kind text, key jsonb, dry_run boolean DEFAULT false, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_erase';
COMMENT ON FUNCTION retention.erase(text, jsonb, boolean, bigint) IS 'erases a person (Article 17); the answer says what is kept, under which law and until when';

CREATE FUNCTION retention.erasure_list() RETURNS json
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_erasure_list';
COMMENT ON FUNCTION retention.erasure_list() IS 'the erasures done, as keyed hashes; to be kept beside the backups';
CREATE FUNCTION retention.replay_erasures(list json, dry_run boolean DEFAULT false, OUT kind text, OUT erased bigint, OUT others bigint, OUT blocked bigint) RETURNS SETOF record
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_replay_erasures';
COMMENT ON FUNCTION retention.replay_erasures(json, boolean) IS 'erases again, after the restore of a backup, whom the list names; others: who has the key of somebody erased, and holds nothing that those rows held, is left; blocked: could not be erased, with a warning';
CREATE FUNCTION retention.was_erased(kind text, key bigint) RETURNS timestamptz
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_was_erased';
COMMENT ON FUNCTION retention.was_erased(text, bigint) IS 'when a person with this key was erased; NULL: none was, or it is forgotten';
CREATE FUNCTION retention.was_erased(kind text, key text) RETURNS timestamptz
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_was_erased';
COMMENT ON FUNCTION retention.was_erased(text, text) IS 'when a person with this key was erased; NULL: none was, or it is forgotten';
CREATE FUNCTION retention.was_erased(kind text, key uuid) RETURNS timestamptz
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_was_erased';
COMMENT ON FUNCTION retention.was_erased(text, uuid) IS 'when a person with this key was erased; NULL: none was, or it is forgotten';
CREATE FUNCTION retention.was_erased(kind text, key jsonb) RETURNS timestamptz
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_was_erased';
COMMENT ON FUNCTION retention.was_erased(text, jsonb) IS 'when a person with this key was erased; NULL: none was, or it is forgotten';

CREATE FUNCTION retention.rectify(kind text, key bigint, relation regclass, row_key jsonb, changes jsonb, statement text DEFAULT NULL, request_id bigint DEFAULT NULL, reason text DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_rectify';
COMMENT ON FUNCTION retention.rectify(text, bigint, regclass, jsonb, jsonb, text, bigint, text) IS 'corrects or completes a row about a person (Article 16); a column that its policy protects where that says so, for a reason';
CREATE FUNCTION retention.rectify(kind text, key text, relation regclass, row_key jsonb, changes jsonb, statement text DEFAULT NULL, request_id bigint DEFAULT NULL, reason text DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_rectify';
COMMENT ON FUNCTION retention.rectify(text, text, regclass, jsonb, jsonb, text, bigint, text) IS 'corrects or completes a row about a person (Article 16); a column that its policy protects where that says so, for a reason';
CREATE FUNCTION retention.rectify(kind text, key uuid, relation regclass, row_key jsonb, changes jsonb, statement text DEFAULT NULL, request_id bigint DEFAULT NULL, reason text DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_rectify';
COMMENT ON FUNCTION retention.rectify(text, uuid, regclass, jsonb, jsonb, text, bigint, text) IS 'corrects or completes a row about a person (Article 16); a column that its policy protects where that says so, for a reason';
CREATE FUNCTION retention.rectify(kind text, key jsonb, relation regclass, row_key jsonb, changes jsonb, statement text DEFAULT NULL, request_id bigint DEFAULT NULL, reason text DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_rectify';
COMMENT ON FUNCTION retention.rectify(text, jsonb, regclass, jsonb, jsonb, text, bigint, text) IS 'corrects or completes a row about a person (Article 16); a column that its policy protects where that says so, for a reason';

CREATE FUNCTION retention.restrict(kind text, key bigint, reason text, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_restrict';
COMMENT ON FUNCTION retention.restrict(text, bigint, text, bigint) IS 'hides and freezes the data about a person (Article 18)';
CREATE FUNCTION retention.restrict(kind text, key text, reason text, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_restrict';
COMMENT ON FUNCTION retention.restrict(text, text, text, bigint) IS 'hides and freezes the data about a person (Article 18)';
CREATE FUNCTION retention.restrict(kind text, key uuid, reason text, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_restrict';
COMMENT ON FUNCTION retention.restrict(text, uuid, text, bigint) IS 'hides and freezes the data about a person (Article 18)';
CREATE FUNCTION retention.restrict(kind text, key jsonb, reason text, request_id bigint DEFAULT NULL) RETURNS json
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_restrict';
COMMENT ON FUNCTION retention.restrict(text, jsonb, text, bigint) IS 'hides and freezes the data about a person (Article 18)';

CREATE FUNCTION retention.inform_of_lifting(restriction_id bigint) RETURNS void
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_inform_of_lifting';
COMMENT ON FUNCTION retention.inform_of_lifting(bigint) IS 'records that the person was told that the restriction will be lifted (Article 18(3))';
CREATE FUNCTION retention.lift_restriction(restriction_id bigint, request_id bigint DEFAULT NULL) RETURNS void
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_lift_restriction';
COMMENT ON FUNCTION retention.lift_restriction(bigint, bigint) IS 'lifts a restriction; refused until the person was informed';
