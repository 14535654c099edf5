# The demo's company in a test's database, a tenth of its size, with what a search for persons needs: e-mail addresses and
# telephone numbers that belong to one person, a token of the person in every text about it, and some contact persons who
# are users, too.
package Demo;
use strict;
use warnings;
use Exporter 'import';
use File::Basename;
use PostgreSQL::Test::Utils;
our @EXPORT = qw(load_company declare_persons);

my $demo = dirname(__FILE__) . '/../../demo';

# Loads schema and data; no policy yet.
sub load_company {
	my ($node, $database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, slurp_file("$demo/schema.sql"));
	my $data = slurp_file("$demo/data.sql");
	$data =~ s/\b(2500|22000|6000|100000|60000|200000|40000)\b/$1 \/ 10/ge;
	$data =~ s/\b200001\b/20001/;
	$node->safe_psql($database, $data);
	$node->safe_psql($database, q{
SET session_replication_role = replica;
UPDATE app.users SET phone = '+47 4' || lpad(id::text, 7, '0'), email = replace(email, '@', '.' || id || '@');
UPDATE crm.contacts SET phone = '+47 9' || lpad(id::text, 7, '0'), email = replace(email, '@', '.c' || id || '@'),
	remarks = remarks || ' ' || md5('contact ' || id);
UPDATE crm.contacts c SET email = u.email, full_name = u.first_name || ' ' || u.last_name FROM (SELECT customer_id, min(id) AS id FROM app.users GROUP BY 1) f JOIN app.users u USING (id)
	WHERE c.customer_id = f.customer_id AND c.id % 3 = 0 AND c.id <= 250;
UPDATE support.cases k SET reporter_email = u.email, description = k.description || ' ' || u.email || ' ' || md5('user ' || u.id)
	FROM app.users u WHERE u.id = k.opened_by;
UPDATE support.case_notes n SET body = n.body || ' ' || md5('user ' || k.opened_by) FROM support.cases k WHERE k.id = n.case_id;
UPDATE erp.invoices v SET email = c.email FROM crm.contacts c WHERE c.id = v.contact_id;
UPDATE messaging.messages m SET recipient = u.email, body = m.body || ' ' || md5('user ' || u.id) FROM app.users u WHERE u.id = m.user_id;
ANALYZE;
});
}

# Kinds of persons and links, and the demo's policy, enforced and swept.
sub declare_persons {
	my ($node, $database) = @_;
	$node->safe_psql($database, 'CREATE EXTENSION pg_retention; ' . slurp_file("$demo/policy.sql"));
	$node->safe_psql($database, q{
UPDATE retention.personal_column SET required_by_law = true WHERE relation = 'erp.invoices'::regclass AND column_name IN ('attention', 'email');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}'), ('contact', 'crm.contacts', '{email}');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES
	('user', 'support.cases', 'opened_by', 'about'), ('user', 'support.case_notes', 'case_id.opened_by', 'about'),
	('user', 'support.case_notes', 'author_id', 'mentioned'), ('user', 'messaging.messages', 'user_id', 'about'),
	('contact', 'erp.invoices', 'contact_id', 'about'), ('contact', 'erp.invoice_lines', 'invoice_id.contact_id', 'about');
UPDATE retention.policy SET mode = 'enforce';
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy;
CALL retention.sweep();
});
}

1;
