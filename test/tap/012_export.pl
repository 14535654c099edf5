# The copies of two hundred persons' data: exactly the rows that queries written by hand find, and nothing that identifies
# anybody else, of all whom the company knows.
use strict;
use warnings;
use File::Basename;
use lib dirname(__FILE__);
use Demo;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('export');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2025-12-20 10:00:00 Europe/Oslo'
fsync = off
jit = off
});
$node->start;
my $database = 'digiquip';
load_company($node, $database);
sub ask { return $node->safe_psql($database, $_[0]) }

# What the company does not have yet: national identity numbers, a contact person found by that number alone, and colleagues
# in free text, written as people write.
ask(q{
ALTER TABLE app.users ADD national_id text;
ALTER TABLE crm.contacts ADD national_id text;
CREATE FUNCTION pg_temp.check_digit(digits text, weights int[]) RETURNS int LANGUAGE sql IMMUTABLE AS
	$$SELECT ((11 - sum(substr(digits, i, 1)::int * weights[i]) % 11) % 11)::int FROM generate_subscripts(weights, 1) i$$;
CREATE TEMP TABLE number AS
	SELECT row_number() OVER (ORDER BY digits) AS n, digits || first || second AS id FROM
		(SELECT to_char(date '1955-01-01' + d, 'DDMMYY') || 300 + d % 97 AS digits FROM generate_series(0, 4999) d) a,
		LATERAL (SELECT pg_temp.check_digit(digits, '{3,7,6,1,8,9,4,5,2}') AS first) b,
		LATERAL (SELECT pg_temp.check_digit(digits || first, '{5,4,3,2,7,6,5,4,3,2}') AS second WHERE first < 10) c WHERE second < 10;
SET session_replication_role = replica;
UPDATE app.users u SET national_id = n.id FROM number n WHERE n.n = u.id;
UPDATE crm.contacts c SET national_id = n.id FROM number n WHERE n.n = 3000 + c.id;
UPDATE crm.contacts c SET national_id = u.national_id, full_name = u.first_name || ' ' || u.last_name FROM app.users u WHERE c.id BETWEEN 501 AND 530 AND u.id = c.id * 4;

CREATE TEMP TABLE colleague AS SELECT u.id, o.* FROM app.users u, LATERAL (SELECT c.email, c.phone, c.national_id FROM app.users c
	WHERE c.id <> u.id ORDER BY hashint8extended(c.id, u.id) LIMIT 1) o;
UPDATE support.case_notes n SET body = n.body || CASE n.id % 4 WHEN 0 THEN ' Kopi til ' || upper(left(c.email, 1)) || substr(c.email, 2) || '.'
	WHEN 1 THEN ' Ring ' || substr(c.phone, 5, 3) || ' ' || substr(c.phone, 8, 2) || ' ' || substr(c.phone, 10) || ' i morgen'
	WHEN 2 THEN ' (fnr. ' || left(c.national_id, 6) || ' ' || right(c.national_id, 5) || ', tlf. ' || replace(c.phone, ' ', '') || ')' ELSE '' END
	FROM support.cases k JOIN colleague c ON c.id = k.opened_by WHERE k.id = n.case_id;
UPDATE support.case_notes n SET body = n.body || ' Hilsen ' || a.first_name || ' ' || a.last_name || ', ' || a.email
	FROM app.users a WHERE a.id = n.author_id AND n.id % 8 = 0;
UPDATE support.case_notes n SET author_id = 1 + (n.id * 7) % 2200 WHERE n.id % 5 = 0;
UPDATE support.cases k SET description = k.description || ' Vikar: ' || c.email || ', ' || c.phone FROM colleague c
	WHERE c.id = k.opened_by AND k.id % 3 = 0;
UPDATE messaging.messages m SET body = m.body || ' Svar til ' || c.email || '.' FROM colleague c WHERE c.id = m.user_id AND m.id % 2 = 0;
UPDATE crm.contacts k SET remarks = k.remarks || ' Vikar: ' || c.national_id || ' / ' || c.email FROM colleague c WHERE c.id = k.id;
});
declare_persons($node, $database);
is(ask(q{
BEGIN;
CREATE TEMP TABLE declared AS SELECT kind, relation, path, role FROM retention.subject_link;
DELETE FROM retention.subject_link;
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT * FROM retention.propose_links();
CREATE TEMP TABLE proposed AS SELECT kind, relation, path, role FROM retention.subject_link;
SELECT * FROM ((TABLE declared EXCEPT TABLE proposed) UNION ALL (TABLE proposed EXCEPT TABLE declared)) differing;
ROLLBACK;
}), '', 'what is proposed for the company is what was declared by hand');
ask(q{
UPDATE retention.subject_kind SET identifying = '{email, national_id}';
INSERT INTO retention.personal_column (relation, column_name, category) VALUES
	('app.users', 'national_id', 'national identity number'), ('crm.contacts', 'national_id', 'national identity number');

CREATE SCHEMA probe;
-- A human by the number of the user, or of the contact person who is nobody's user.
CREATE TABLE probe.human AS SELECT 'user ' || u.id AS human, u.email, u.phone, u.national_id, md5('user ' || u.id) AS token, u.id AS user_id, NULL::bigint AS contact_id
	FROM app.users u;
INSERT INTO probe.human SELECT coalesce('user ' || u.id, 'contact ' || c.id), c.email, c.phone, c.national_id, md5('contact ' || c.id), NULL, c.id
	FROM crm.contacts c LEFT JOIN app.users u ON u.email = c.email OR u.national_id = c.national_id;
CREATE TABLE probe.word AS SELECT DISTINCT human, w.kind, w.word FROM probe.human,
	unnest(ARRAY['e-mail', 'phone', 'national id', 'token'], ARRAY[lower(email), right(phone, 8), national_id, token]) w (kind, word) WHERE w.word IS NOT NULL;
ANALYZE probe.word;
CREATE TABLE probe.subject AS
	(SELECT user_id AS id, human FROM probe.human h WHERE user_id IS NOT NULL AND email IS NOT NULL
		AND EXISTS (SELECT FROM probe.human c WHERE c.human = h.human AND c.contact_id IS NOT NULL) ORDER BY hashint8extended(user_id, 1) LIMIT 60)
	UNION ALL (SELECT user_id, human FROM probe.human h WHERE user_id IS NOT NULL AND email IS NOT NULL
		AND NOT EXISTS (SELECT FROM probe.human c WHERE c.human = h.human AND c.contact_id IS NOT NULL) ORDER BY hashint8extended(user_id, 2) LIMIT 140);

-- By hand.
CREATE TABLE probe.expected AS WITH contact AS (SELECT s.id, h.contact_id FROM probe.subject s JOIN probe.human h USING (human) WHERE h.contact_id IS NOT NULL)
	SELECT id, 'app.users'::regclass AS relation, to_jsonb(id) AS row_key, 'about' AS role FROM probe.subject
	UNION ALL SELECT id, 'crm.contacts', to_jsonb(contact_id), 'about' FROM contact
	UNION ALL SELECT s.id, 'support.cases', to_jsonb(k.id), 'about' FROM probe.subject s JOIN support.cases k ON k.opened_by = s.id
	UNION ALL SELECT s.id, 'support.case_notes', to_jsonb(n.id), CASE WHEN k.opened_by = s.id THEN 'about' ELSE 'mentioned' END
		FROM probe.subject s, support.case_notes n JOIN support.cases k ON k.id = n.case_id WHERE k.opened_by = s.id OR n.author_id = s.id
	UNION ALL SELECT s.id, 'messaging.messages', to_jsonb(m.id), 'about' FROM probe.subject s JOIN messaging.messages m ON m.user_id = s.id
	UNION ALL SELECT c.id, 'erp.invoices', to_jsonb(v.id), 'about' FROM contact c JOIN erp.invoices v USING (contact_id)
	UNION ALL SELECT c.id, 'erp.invoice_lines', jsonb_build_object('invoice_id', l.invoice_id, 'line', l.line), 'about'
		FROM contact c JOIN erp.invoices v USING (contact_id) JOIN erp.invoice_lines l ON l.invoice_id = v.id;
} =~ s/^/SET retention.reveal_reason = 'test'; SET retention.reveal = on;/r);
is(ask('SELECT count(DISTINCT id) FROM probe.subject'), '200', '200 persons');
cmp_ok(ask('SELECT count(DISTINCT human) FROM probe.word'), '>', 2500, 'the copies are of all that the company knows');
cmp_ok(ask(q{SELECT count(*) FROM (SELECT id FROM probe.expected GROUP BY id HAVING count(DISTINCT relation) = 7) x}), '>=', 10,
	'some of them with cases, notes, messages, contact person and invoices');

ask(q{CREATE TABLE probe.copy AS SELECT id, human, retention.export('user', id) AS document FROM probe.subject;
CREATE TABLE probe.row AS SELECT id, (t ->> 'table')::regclass AS relation, (r -> 'key')::jsonb AS row_key, t ->> 'role' AS role, r -> 'data' AS data
	FROM probe.copy, json_array_elements(document -> 'data') t, json_array_elements(t -> 'rows') r});
is(ask('SELECT count(*) FROM (SELECT id, relation, row_key, role FROM probe.row EXCEPT ALL SELECT * FROM probe.expected) x'), '0', 'no row that queries do not find');
is(ask('SELECT count(*) FROM (SELECT * FROM probe.expected EXCEPT ALL SELECT id, relation, row_key, role FROM probe.row) x'), '0', 'no row less than queries find');
is(ask(q{CREATE TABLE probe.streamed AS SELECT s.id, e.relation, e.row_key, e.role, e.data FROM probe.subject s, LATERAL retention.export_rows('user', s.id) e;
SELECT count(*) FROM ((TABLE probe.streamed EXCEPT ALL TABLE probe.row) UNION ALL (TABLE probe.row EXCEPT ALL TABLE probe.streamed)) x}
	=~ s/TABLE probe.(row|streamed)(?= EXCEPT|\))/SELECT id, relation, row_key, role, data::text FROM probe.$1/gr), '0', 'row by row it is the same');

# Words of others. Letters in lower case, digits without what stands between them.
ask(q{
CREATE FUNCTION probe.plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT regexp_replace(lower($1), '(\d)[ .-]{1,2}(?=\d)', '\1', 'g')$$;
CREATE FUNCTION probe.words(text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
	SELECT m[1] FROM regexp_matches($1, '[^\s"(),;:<>/]+@[^\s"(),;:<>/]*[a-z0-9]', 'g') m UNION SELECT m[1] FROM regexp_matches($1, '[0-9a-f]{32}', 'g') m
	UNION SELECT substr(m[1], i, n) FROM regexp_matches($1, '\d{8,}', 'g') m, unnest('{8,11}'::int[]) n, generate_series(1, length(m[1]) - n + 1) i$$;
CREATE TABLE probe.text AS SELECT id, human, probe.plain(document::text) AS text FROM probe.copy;
CREATE TABLE probe.raw AS SELECT e.id, string_agg(probe.plain(coalesce(k.description, '') || coalesce(n.body, '') || coalesce(m.body, '') || coalesce(c.remarks, '')), ' ') AS text
	FROM probe.expected e LEFT JOIN support.cases k ON relation = 'support.cases'::regclass AND to_jsonb(k.id) = row_key
	LEFT JOIN support.case_notes n ON relation = 'support.case_notes'::regclass AND to_jsonb(n.id) = row_key
	LEFT JOIN messaging.messages m ON relation = 'messaging.messages'::regclass AND to_jsonb(m.id) = row_key
	LEFT JOIN crm.contacts c ON relation = 'crm.contacts'::regclass AND to_jsonb(c.id) = row_key GROUP BY e.id;
} =~ s/^/SET retention.reveal_reason = 'test'; SET retention.reveal = on;/r);
cmp_ok(ask(q{SELECT count(DISTINCT (r.id, w.human)) FROM probe.raw r JOIN probe.subject s USING (id), probe.words(r.text) f JOIN probe.word w ON w.word = f WHERE w.human <> s.human}),
	'>', 200, 'the rows name many others');
is(ask(q{SELECT count(DISTINCT kind) FROM probe.raw r JOIN probe.subject s USING (id), probe.words(r.text) f JOIN probe.word w ON w.word = f WHERE w.human <> s.human}),
	'4', 'by e-mail, phone, national id and token');
is(ask(q{SELECT count(*) || coalesce(': ' || min(t.id || ' ' || w.word), '') FROM probe.text t, probe.words(t.text) f JOIN probe.word w ON w.word = f
	WHERE NOT EXISTS (SELECT FROM probe.word o WHERE o.human = t.human AND o.word = f)}), '0', 'the copies name none of them');
is(ask(q{SELECT count(*) FROM (SELECT * FROM probe.text ORDER BY id LIMIT 12) t JOIN probe.word w ON strpos(t.text, w.word) > 0
	WHERE NOT EXISTS (SELECT FROM probe.word o WHERE o.human = t.human AND o.word = w.word)}), '0', 'the copies name nobody else in any other form');
is(ask(q{SELECT count(*) FROM probe.text t WHERE NOT EXISTS (SELECT FROM probe.words(t.text) f JOIN probe.word w ON w.word = f WHERE w.human = t.human AND w.kind = 'e-mail')
	OR NOT EXISTS (SELECT FROM probe.words(t.text) f JOIN probe.word w ON w.word = f WHERE w.human = t.human AND w.kind = 'national id')}), '0', 'each copy names its person');
cmp_ok(ask(q{SELECT count(DISTINCT t.id) FROM probe.text t, probe.words(t.text) f JOIN probe.word w ON w.word = f WHERE w.human = t.human AND w.kind = 'token'}),
	'>', 150, 'with what is said about him or her');
is(ask('SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger holds');
is(ask(q{SELECT count(*) FROM retention.ledger l JOIN probe.word w ON strpos(coalesce(l.detail, ''), w.word) > 0}), '0', 'the ledger names nobody');

# A record whose key no longer reads keeps nobody from an answer, and is said.
ask(q{
CREATE TYPE public.colour AS ENUM ('red', 'blue');
CREATE TABLE public.flags (id public.colour PRIMARY KEY, note text);
INSERT INTO public.flags VALUES ('red', 'old');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('flag', 'public.flags');
SELECT retention.rectify('flag', 'red', 'public.flags', '"red"', '{"note": "new"}', 'said once');
-- Records follow a command that renames a label; not what is done to catalogs by hand.
SET allow_system_table_mods = on;
UPDATE pg_catalog.pg_enum SET enumlabel = 'crimson' WHERE enumlabel = 'red'});
my ($code, $copy, $warning) = $node->psql($database, q{SELECT retention.export('flag', 'crimson')});
is($code, 0, 'a copy is given although a record cannot be read');
like($warning, qr/WARNING:  1 record of kind "flag" has a key that cannot be read/, 'that a record cannot be read is said');
unlike($warning, qr/red/, 'without its key');
$node->stop;
done_testing();
