-- The tables a DBA fills, and those the extension keeps.

CREATE FUNCTION retention.formats(OUT name text, OUT version smallint, OUT oldest smallint) RETURNS SETOF record
    LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 4 AS 'MODULE_PATHNAME', 'pg_retention_formats';
COMMENT ON FUNCTION retention.formats() IS 'what this library writes to disk in which version, and the oldest version that it reads';

-- Not for pg_dump, which carries values as text.
CREATE TABLE retention.disk_format (
    name text PRIMARY KEY,
    version smallint NOT NULL
);
INSERT INTO retention.disk_format SELECT name, version FROM retention.formats();
COMMENT ON TABLE retention.disk_format IS 'the version of each format on disk that values of this database have; raised by ALTER EXTENSION pg_retention UPDATE';
COMMENT ON COLUMN retention.disk_format.version IS 'the library refuses one that it does not read';
GRANT SELECT ON retention.disk_format TO pg_monitor;

CREATE SEQUENCE retention.policy_id_seq AS smallint;
SELECT pg_catalog.pg_extension_config_dump('retention.policy_id_seq', '');
COMMENT ON SEQUENCE retention.policy_id_seq IS 'numbers of policies; none is given twice, in a restored database either';

CREATE FUNCTION retention.unused_policy_id(next bigint) RETURNS smallint
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_unused_policy_id';
COMMENT ON FUNCTION retention.unused_policy_id(bigint) IS 'the number, or where a policy had it already, by the table or the ledger, the first that none had; a restore of data alone sets the sequence back';

CREATE TABLE retention.policy (
    policy_id smallint PRIMARY KEY DEFAULT retention.unused_policy_id(pg_catalog.nextval('retention.policy_id_seq')) CHECK (policy_id > 0),
    name text NOT NULL UNIQUE,
    relation regclass NOT NULL,
    applies_to text,
    priority integer NOT NULL DEFAULT 100,
    clock_starts text[] NOT NULL,
    timezone text NOT NULL,
    starts_when text NOT NULL DEFAULT 'any' CHECK (starts_when IN ('any', 'all')),
    keep_for retention.period NOT NULL,
    quarantine_for retention.period NOT NULL DEFAULT '0 days',
    action text NOT NULL CHECK (action IN ('delete', 'anonymise')),
    if_referenced text NOT NULL DEFAULT 'anonymise' CHECK (if_referenced IN ('anonymise', 'block')),
    must_keep_for retention.period,
    protects text[],
    rectify_protected boolean NOT NULL DEFAULT false,
    legal_access regrole[] NOT NULL DEFAULT '{}',
    mode text NOT NULL DEFAULT 'observe' CHECK (mode IN ('off', 'observe', 'enforce')),
    purpose text,
    legal_basis text,
    reference text,
    written_for oid NOT NULL DEFAULT 0,
    validated boolean NOT NULL DEFAULT false,
    ready boolean NOT NULL DEFAULT false,
    armed_at timestamptz NOT NULL DEFAULT '-infinity',
    armed_for retention.period NOT NULL DEFAULT '0 days',
    warned_until timestamptz NOT NULL DEFAULT 'infinity'
);
SELECT pg_catalog.pg_extension_config_dump('retention.policy', '');
COMMENT ON TABLE retention.policy IS 'which rows are kept how long, quarantined how long, and what happens then';
COMMENT ON COLUMN retention.policy.policy_id IS 'never reused: the clocks of rows carry it';
COMMENT ON COLUMN retention.policy.name IS 'what the functions, status and messages call it';
COMMENT ON COLUMN retention.policy.relation IS 'the table; with its partitions, but without tables that inherit from it';
COMMENT ON COLUMN retention.policy.applies_to IS 'immutable condition on the row; of the policies that have it, see priority, one takes it';
COMMENT ON COLUMN retention.policy.priority IS 'the lowest takes a row; of the same, one with must_keep_for, the longer one, the older one; what only observes takes none from what enforces';
COMMENT ON COLUMN retention.policy.clock_starts IS 'paths: a column, or foreign key columns joined by dots to a column of another table; of a number that counts the time since 1970, in seconds(...), milliseconds(...) or microseconds(...)';
COMMENT ON COLUMN retention.policy.timezone IS 'whose midnights end days; what is written without one has that of the setting retention.timezone, or else log_timezone, from then on';
COMMENT ON COLUMN retention.policy.starts_when IS 'any: the earliest start that is set; all: the latest, once all are set';
COMMENT ON COLUMN retention.policy.keep_for IS 'how long a row is visible from its start on';
COMMENT ON COLUMN retention.policy.quarantine_for IS 'how long it is hidden after that, and can be brought back, before action is taken';
COMMENT ON COLUMN retention.policy.action IS 'delete: the row goes; anonymise: it stays, and its personal columns become what retention.personal_columns says';
COMMENT ON COLUMN retention.policy.if_referenced IS 'what a sweep does with a row that is to be deleted while a foreign key does not let it go; anonymise: it is anonymised now, if it has personal columns, and deleted with the last row that refers to it; block: it stays as it is, hidden, and is listed in retention.blocked_row';
COMMENT ON COLUMN retention.policy.must_keep_for IS 'mandatory period: until it is over nobody removes a row or gives it an earlier start; NULL: no floor';
COMMENT ON COLUMN retention.policy.protects IS 'columns that nobody overwrites either while must_keep_for runs; {*}: all but personal ones that are not required_by_law, generated ones by way of those they are computed from; NULL or {}: none';
COMMENT ON COLUMN retention.policy.rectify_protected IS 'retention.rectify may change a protected column, for a reason that is given and stands in the ledger';
COMMENT ON COLUMN retention.policy.legal_access IS 'roles that go on reading rows the law keeps';
COMMENT ON COLUMN retention.policy.mode IS 'off: nothing is stamped, hidden or kept by it; observe: clocks are kept and counted, and only an erasure is bound by must_keep_for; enforce: rows are hidden, kept and swept. Without retention.confirm_drop a change shows no hidden row';
COMMENT ON COLUMN retention.policy.purpose IS 'what the rows are used for, as in retention.purpose; part of a person''s copy';
COMMENT ON COLUMN retention.policy.legal_basis IS 'why that is lawful, such as GDPR Art. 6(1)(b), contract or consent; a copy names it, and it decides what Article 20 is about';
COMMENT ON COLUMN retention.policy.reference IS 'the law by which must_keep_for stands; refusals name it';
COMMENT ON COLUMN retention.policy.written_for IS 'set by the extension: who owned the table when the policy was written or confirmed; applies_to runs for nobody else';
COMMENT ON COLUMN retention.policy.validated IS 'set by the extension: the policy was checked against the schema';
COMMENT ON COLUMN retention.policy.armed_at IS 'set by the extension: when it was put in force, or changed in force, or another policy or a command may have given it rows, or retention was resumed; armed_for runs from then before anything goes; -infinity: retention.approve() said that it need not';
COMMENT ON COLUMN retention.policy.armed_for IS 'set by the extension: the longer of quarantine_for and the quarantine that ran when it was armed';
COMMENT ON COLUMN retention.policy.warned_until IS 'set by the extension: sweeps take no row that became hidden later than that, until retention.record_warning() says that its persons were warned; infinity: it need not';
COMMENT ON COLUMN retention.policy.ready IS 'set by the extension: every row is stamped and the index is valid';

CREATE TABLE retention.personal_column (
    relation regclass NOT NULL,
    column_name name NOT NULL,
    category text NOT NULL,
    keep_for retention.period,
    anonymise text NOT NULL DEFAULT 'null' CHECK (anonymise IN
        ('null', 'constant', 'redact', 'generalise', 'truncate', 'random token', 'noise', 'pseudonymise', 'function')),
    constant text CHECK ((anonymise = 'constant') = (constant IS NOT NULL)),
    argument text,
    origin text NOT NULL DEFAULT 'provided' CHECK (origin IN ('provided', 'observed', 'derived')),
    required_by_law boolean NOT NULL DEFAULT false,
    written_for oid NOT NULL DEFAULT 0,
    PRIMARY KEY (relation, column_name)
);
SELECT pg_catalog.pg_extension_config_dump('retention.personal_column', '');
COMMENT ON TABLE retention.personal_column IS 'which columns hold personal data, and how each is anonymised';
COMMENT ON COLUMN retention.personal_column.relation IS 'the table, of a partitioned one the uppermost';
COMMENT ON COLUMN retention.personal_column.column_name IS 'the column';
COMMENT ON COLUMN retention.personal_column.category IS 'what it holds: name, username, email, phone, address and national id tell who somebody is; free text, birth date, ip address, location, other, or any other word';
COMMENT ON COLUMN retention.personal_column.keep_for IS 'the period after the start of the row''s clock at which this column is anonymised; NULL: as long as the row';
COMMENT ON COLUMN retention.personal_column.anonymise IS 'null: NULL; constant: the text in constant; redact: what tells who somebody is goes out of the text; generalise: a month, band, network or district remains; truncate: the first characters remain; random token: a value that is nobody''s; noise: moved by chance; pseudonymise: a keyed hash; function: what a function of the owner''s returns';
COMMENT ON COLUMN retention.personal_column.constant IS 'what is written by the anonymiser constant, as text of the column''s type; NULL with any other';
COMMENT ON COLUMN retention.personal_column.argument IS 'what the anonymiser is told beside the value; of pseudonyms how many characters, and the domain in which a value has one: 32 in users';
COMMENT ON COLUMN retention.personal_column.origin IS 'provided: by the person; observed: of what the person did; derived: computed from other data, and so not portable (Article 20)';
COMMENT ON COLUMN retention.personal_column.required_by_law IS 'the law that keeps a row needs this column: an erasure leaves it until the row is released';
COMMENT ON COLUMN retention.personal_column.written_for IS 'set by the extension: who owned the table when this was written; an anonymiser of the owner''s runs for nobody else';

CREATE TABLE retention.dropped_column (
    relation regclass NOT NULL,
    column_name name NOT NULL,
    category text NOT NULL,
    keep_for retention.period,
    anonymise text NOT NULL,
    constant text,
    argument text,
    origin text NOT NULL,
    required_by_law boolean NOT NULL,
    may_be_in name[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (relation, column_name)
);
SELECT pg_catalog.pg_extension_config_dump('retention.dropped_column', '');
COMMENT ON TABLE retention.dropped_column IS 'what was declared of personal columns that were dropped: a column that gets the name of one is declared so, for it takes its place';
COMMENT ON COLUMN retention.dropped_column.relation IS 'the table';
COMMENT ON COLUMN retention.dropped_column.column_name IS 'the name it had';
COMMENT ON COLUMN retention.dropped_column.category IS 'as in retention.personal_column';
COMMENT ON COLUMN retention.dropped_column.keep_for IS 'as in retention.personal_column';
COMMENT ON COLUMN retention.dropped_column.anonymise IS 'as in retention.personal_column';
COMMENT ON COLUMN retention.dropped_column.constant IS 'as in retention.personal_column';
COMMENT ON COLUMN retention.dropped_column.argument IS 'as in retention.personal_column';
COMMENT ON COLUMN retention.dropped_column.origin IS 'as in retention.personal_column';
COMMENT ON COLUMN retention.dropped_column.required_by_law IS 'as in retention.personal_column';
COMMENT ON COLUMN retention.dropped_column.may_be_in IS 'columns that were added while it was there and are not declared: its data may have been copied into one; retention.gaps lists it until one of them is declared';

CREATE TABLE retention.home (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    system_identifier bigint NOT NULL,
    database oid NOT NULL,
    timeline integer NOT NULL,
    place bigint NOT NULL
);
COMMENT ON TABLE retention.home IS 'the cluster and database the workers act in; not dumped, so that a restore waits for retention.resume()';
COMMENT ON COLUMN retention.home.place IS 'a hash of the machine, and of the path and file number of the data directory: a copy of it is at another place';

CREATE TABLE retention.numbering (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    number integer NOT NULL CHECK (number > 0)
);
SELECT pg_catalog.pg_extension_config_dump('retention.numbering', '');
COMMENT ON TABLE retention.numbering IS 'the number of this database, which the type of each clock column has as its modifier: clocks name policies by their numbers here';
COMMENT ON COLUMN retention.numbering.number IS 'random, given with the first policy; dumped, so that a restore means the same policies';
CREATE FUNCTION retention.numbering_before() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_numbering_before';
COMMENT ON FUNCTION retention.numbering_before() IS 'takes the number that a dump brings, where no clocks have another one';
CREATE TRIGGER numbering_before BEFORE INSERT OR UPDATE OR DELETE ON retention.numbering FOR EACH ROW EXECUTE FUNCTION retention.numbering_before();
ALTER TABLE retention.numbering ENABLE ALWAYS TRIGGER numbering_before;
GRANT SELECT ON retention.numbering TO pg_monitor;

CREATE FUNCTION retention.time_now() RETURNS timestamptz
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_time_now';
COMMENT ON FUNCTION retention.time_now() IS 'the time that policies and sweeps go by: that of the statement, or an injected one';

CREATE TABLE retention.preparation (
    relation regclass PRIMARY KEY,
    next_block bigint NOT NULL DEFAULT 0,
    total_blocks bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    stamped boolean NOT NULL DEFAULT false,
    attached boolean NOT NULL DEFAULT false,
    problem text,
    declared_anew smallint[] NOT NULL DEFAULT '{}',
    planned_at timestamptz NOT NULL DEFAULT retention.time_now()
);
COMMENT ON TABLE retention.preparation IS 'tables whose rows are being stamped or whose index is being built';
COMMENT ON COLUMN retention.preparation.relation IS 'the table or partition';
COMMENT ON COLUMN retention.preparation.next_block IS 'how far it is';
COMMENT ON COLUMN retention.preparation.total_blocks IS 'how many blocks it has';
COMMENT ON COLUMN retention.preparation.skipped IS 'rows that were locked, and are looked at again';
COMMENT ON COLUMN retention.preparation.stamped IS 'all rows have their clocks, the index is built';
COMMENT ON COLUMN retention.preparation.attached IS 'a partition that was attached with rows: what its policies enforce hides them until they are stamped';
COMMENT ON COLUMN retention.preparation.problem IS 'the error that keeps it from going on; NULL: none';
COMMENT ON COLUMN retention.preparation.planned_at IS 'since when; the quarantine of policies that were armed since then runs from when all rows are stamped';
COMMENT ON COLUMN retention.preparation.declared_anew IS 'personal columns whose declaration is another than before: rows that hold a value there are not anonymised';

CREATE TABLE retention.declared_column (
    relation regclass,
    column_number smallint,
    declaration text NOT NULL,
    keep_for retention.period,
    required_by_law boolean NOT NULL DEFAULT false,
    armed_at timestamptz NOT NULL DEFAULT '-infinity',
    approved_for smallint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (relation, column_number)
);
COMMENT ON TABLE retention.declared_column IS 'the personal columns of governed tables as the last sweep found them; number 0 stands for the table';
COMMENT ON COLUMN retention.declared_column.declaration IS 'all that decides what anonymising leaves';
COMMENT ON COLUMN retention.declared_column.armed_at IS 'when a sweep found that the column is taken earlier than before, or anew; the policy''s quarantine runs from then before that is done; -infinity: the table was not swept before that';
COMMENT ON COLUMN retention.declared_column.approved_for IS 'policies of which retention.approve() said that it need not wait';

CREATE TABLE retention.blocked_row (
    policy_id smallint NOT NULL,
    relation regclass NOT NULL,
    row_id tid NOT NULL,
    sqlstate text NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    columns_only boolean NOT NULL DEFAULT false,
    first_failed timestamptz NOT NULL,
    retry_at timestamptz NOT NULL,
    PRIMARY KEY (relation, row_id)
);
COMMENT ON TABLE retention.blocked_row IS 'rows a sweep could not act on, with the reason and the time of the next attempt';
COMMENT ON COLUMN retention.blocked_row.policy_id IS 'the policy that says what shall happen to the row';
COMMENT ON COLUMN retention.blocked_row.relation IS 'the table, or the partition, that holds the row';
COMMENT ON COLUMN retention.blocked_row.row_id IS 'the ctid of the row';
COMMENT ON COLUMN retention.blocked_row.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN retention.blocked_row.cause IS 'what anybody may be told: the extension''s own message, or SQLSTATE, table and constraint';
COMMENT ON COLUMN retention.blocked_row.reason IS 'the message of the error with its detail, which may hold values of the row: for the owner of the table, in retention.blocked_reason';
COMMENT ON COLUMN retention.blocked_row.attempts IS 'how often it was tried';
COMMENT ON COLUMN retention.blocked_row.columns_only IS 'what failed are columns whose period is over before that of the row';
COMMENT ON COLUMN retention.blocked_row.first_failed IS 'when it failed first';
COMMENT ON COLUMN retention.blocked_row.retry_at IS 'when it is tried again';

CREATE TABLE retention.blocked_table (
    relation regclass NOT NULL,
    policy_id smallint NOT NULL,
    work text NOT NULL CHECK (work IN ('table', 'rows', 'columns', 'knots', 'preparation')),
    sqlstate text NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL,
    first_failed timestamptz NOT NULL,
    retry_at timestamptz NOT NULL,
    PRIMARY KEY (relation, policy_id, work)
);
COMMENT ON TABLE retention.blocked_table IS 'tables that a sweep left to go on with others, who stands in the way, and the time of the next attempt';
COMMENT ON COLUMN retention.blocked_table.relation IS 'the table that was left';
COMMENT ON COLUMN retention.blocked_table.policy_id IS '0: of no policy, when the table is prepared';
COMMENT ON COLUMN retention.blocked_table.work IS 'table: a look at it; rows: a batch; columns: those with a period of their own; knots: rows that refer to each other; preparation: stamping and indexing';
COMMENT ON COLUMN retention.blocked_table.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN retention.blocked_table.cause IS 'what anybody may be told: the extension''s own message, or SQLSTATE, table and constraint; and who stands in the way';
COMMENT ON COLUMN retention.blocked_table.reason IS 'the message of the error with its detail, which may hold values of rows: for the owner of the table, in retention.blocked_reason';
COMMENT ON COLUMN retention.blocked_table.attempts IS 'how often it was tried';
COMMENT ON COLUMN retention.blocked_table.first_failed IS 'when it failed first';
COMMENT ON COLUMN retention.blocked_table.retry_at IS 'when it is tried again';

CREATE TABLE retention.sweep_run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    by_worker boolean NOT NULL,
    deleted bigint NOT NULL DEFAULT 0,
    anonymised bigint NOT NULL DEFAULT 0,
    columns_anonymised bigint NOT NULL DEFAULT 0,
    blocked bigint NOT NULL DEFAULT 0,
    vacuumed bigint NOT NULL DEFAULT 0,
    dead_before bigint NOT NULL DEFAULT 0,
    dead_after bigint NOT NULL DEFAULT 0,
    problem text
);
COMMENT ON TABLE retention.sweep_run IS 'one row per sweep; one without finished_at goes on, or was cut short, or could not begin';
COMMENT ON COLUMN retention.sweep_run.run_id IS 'number of the run; a run that found nothing to do gives its number to the next one';
COMMENT ON COLUMN retention.sweep_run.started_at IS 'when the run began';
COMMENT ON COLUMN retention.sweep_run.finished_at IS 'when the run ended; of a worker that was ended or crashed when it was last at work; NULL: it goes on, a sweep that was called was cut short, or it could not begin';
COMMENT ON COLUMN retention.sweep_run.by_worker IS 'whether a background worker ran it; otherwise somebody called retention.sweep()';
COMMENT ON COLUMN retention.sweep_run.deleted IS 'rows deleted';
COMMENT ON COLUMN retention.sweep_run.anonymised IS 'rows anonymised as a whole';
COMMENT ON COLUMN retention.sweep_run.columns_anonymised IS 'rows that live on without the columns whose period was over';
COMMENT ON COLUMN retention.sweep_run.blocked IS 'rows that could not be acted on; they are in retention.blocked_row until they can';
COMMENT ON COLUMN retention.sweep_run.vacuumed IS 'tables that the worker vacuumed after it, see retention.swept_table';
COMMENT ON COLUMN retention.sweep_run.dead_before IS 'dead rows of these before that, by the statistics of the server';
COMMENT ON COLUMN retention.sweep_run.dead_after IS 'dead rows of these after that: more than none where a transaction may still see them';
COMMENT ON COLUMN retention.sweep_run.problem IS 'the error that kept the run from a part of its work; NULL: none';

CREATE TABLE retention.ledger (
    entry_id bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    policy_id smallint,
    relation text,
    row_count bigint,
    detail text,
    format smallint NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL
);
SELECT pg_catalog.pg_extension_config_dump('retention.ledger', '');
COMMENT ON COLUMN retention.ledger.format IS 'of what is hashed, as retention.formats() counts';
COMMENT ON TABLE retention.ledger IS 'append-only, hash-chained record of what was done; no data about subjects';
COMMENT ON COLUMN retention.ledger.entry_id IS 'position in the chain: 1, 2, 3 and so on, without a gap; none is given twice, also where entries were removed';
COMMENT ON COLUMN retention.ledger.at IS 'when it was done; injected time where retention.test_now is set';
COMMENT ON COLUMN retention.ledger.actor IS 'the role that had logged in, or pg_retention worker';
COMMENT ON COLUMN retention.ledger.action IS 'what was done';
COMMENT ON COLUMN retention.ledger.policy_id IS 'the policy by which it was done; NULL: none';
COMMENT ON COLUMN retention.ledger.relation IS 'the table by its name at that time; NULL: none, or several';
COMMENT ON COLUMN retention.ledger.row_count IS 'how many rows it concerned; NULL: it is not about rows';
COMMENT ON COLUMN retention.ledger.detail IS 'what else there is to say of it, without data about subjects; of policies and declarations JSON with their old and new terms';
COMMENT ON COLUMN retention.ledger.previous IS 'hash of the entry before; zeros in the first';
COMMENT ON COLUMN retention.ledger.hash IS 'SHA-256 of this entry, previous included; retention.verify_ledger() computes it again';

-- Without a key: a restore may bring one into a ledger that was begun.
CREATE TABLE retention.ledger_mark (
    entry_id bigint NOT NULL,
    hash bytea NOT NULL
);
SELECT pg_catalog.pg_extension_config_dump('retention.ledger_mark', '');
COMMENT ON TABLE retention.ledger_mark IS 'which entry of the ledger was written last: entries that are missing at its end are seen by it, and their numbers are not given again';
COMMENT ON COLUMN retention.ledger_mark.entry_id IS 'number of the entry; of several rows the highest holds';
COMMENT ON COLUMN retention.ledger_mark.hash IS 'its hash, which the next one goes on from';
