-- The page: its figures are those of the views, nothing of a person is on it, and it is the same page whoever asks, and from whatever session.
BEGIN;
SET jit = off;
SELECT no_plan();
CREATE FUNCTION pg_temp.page(language text DEFAULT 'en') RETURNS xml LANGUAGE sql AS $$ SELECT XMLPARSE(DOCUMENT retention.report_html(language)) $$;
-- What a person reads of it, or of a part.
CREATE FUNCTION pg_temp.read_of(page xml, part text DEFAULT '//body') RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(string_agg(x.said, ' ' ORDER BY x.n), '\s+', ' ', 'g') FROM XMLTABLE((part || '//text()') PASSING page COLUMNS n FOR ORDINALITY, said text PATH '.') x $$;
CREATE FUNCTION pg_temp.shown(page xml) RETURNS TABLE (figure text, value text) LANGUAGE sql AS $$
    SELECT DISTINCT x.figure, x.value FROM XMLTABLE('//*[@data-figure]' PASSING page COLUMNS figure text PATH '@data-figure', value text PATH 'concat(@value, @datetime)') x $$;

-- A database that has nothing yet.
SELECT lives_ok('SELECT pg_temp.page()', 'a page without policies is well-formed');
SELECT matches(pg_temp.read_of(pg_temp.page()), 'There is no policy yet', 'a page without policies says so');
SELECT matches(pg_temp.read_of(pg_temp.page('nb')), 'Det finnes ingen regel ennå', 'a page without policies says so in Norwegian');
-- Tests inject the time, and have no worker.
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="glance"]'), 'What needs somebody What should be so, and is not ?: 2 ', 'where no worker is and time is injected, that needs somebody');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="check"]'), 'time is not injected 1 – worker is alive 1 –', 'the page says what the check found');
SAVEPOINT checks;
CREATE TEMP TABLE whats AS SELECT DISTINCT replace(m[1], '''''', '''') AS what
    FROM regexp_matches((SELECT prosrc FROM pg_proc WHERE oid = 'retention.check()'::regprocedure), $$\nSELECT (?:DISTINCT )?'((?:[^']|'')+)',$$, 'g') m;
SET LOCAL allow_system_table_mods = on;
UPDATE pg_proc SET prosrc = 'SELECT what, NULL::text, false, ''a needle'' FROM pg_temp.whats' WHERE oid = 'retention.check()'::regprocedure;
SELECT cmp_ok((SELECT count(*) FROM whats), '>=', 55::bigint, 'there is much to check');
SELECT is((xpath('count(//section[@id="check"]//tbody/tr)', pg_temp.page()))[1]::text, (SELECT count(*)::text FROM whats), 'the page has whatever the check says');
SELECT is_empty($$SELECT x.t FROM XMLTABLE('//section[@id="check"]//*[@lang="en"]' PASSING pg_temp.page('nb') COLUMNS t text PATH '.') x$$, 'whatever the check says has Norwegian words');
INSERT INTO whats VALUES ('moon is full');
SELECT is((xpath('string(//section[@id="check"]//*[@lang="en"])', pg_temp.page('nb')))[1]::text, 'moon is full', 'what the page has no words for is told in those of the check');
DELETE FROM whats;
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="glance"]'), 'Nothing waits for anybody', 'nothing waits where nothing is');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="check"]'), 'All is as it should be', 'a check that finds nothing is told of');
ROLLBACK TO checks;

\ir ../page/company.sql
\ir ../page/figures.sql

SELECT is_empty('SELECT figure, value FROM pg_temp.shown(pg_temp.page()) EXCEPT SELECT figure, value FROM figures', 'each figure on the page is that of its view');
SELECT is_empty($$SELECT figure FROM figures WHERE value <> '0' EXCEPT SELECT figure FROM pg_temp.shown(pg_temp.page())$$, 'no figure of the views is missing');
SELECT set_eq('SELECT * FROM pg_temp.shown(pg_temp.page(''nb''))', 'SELECT * FROM pg_temp.shown(pg_temp.page())', 'the figures are the same in Norwegian');
SELECT cmp_ok((SELECT count(*) FROM pg_temp.shown(pg_temp.page())), '>', 150::bigint, 'the page has figures');
SELECT set_has('SELECT figure FROM pg_temp.shown(pg_temp.page())', $$VALUES ('sum/waiting'), ('sum/late'), ('fuse.blown_at/6'), ('blocked_row/3/app.contacts/P0001'), ('overdue.rows/1/app.users'), ('requests_due.days_left/1'),
    ('audit_finding.rows/wrong start'), ('check/clocks are as they should be'), ('forecast.rows/2030-03/observe'), ('ledger.row_count/2029-04/anonymised'), ('verify_ledger.entries'), ('max_share')$$, 'the page has figures of each kind');

-- Forms.
SELECT is((xpath('string(/html/@lang)', pg_temp.page()))[1]::text, 'en', 'the page names its language');
SELECT is((xpath('string(/html/@lang)', pg_temp.page('nb')))[1]::text, 'nb', 'the page in Norwegian names its language');
SELECT is(retention.report_html(), retention.report_html('en'), 'English is the language where none is asked for');
SELECT is(retention.report_html() ~ '[^\x01-\x7f]', false, 'the page is ASCII, so that it reads the same in whatever encoding it is saved');
SELECT is((xpath('count(//script | //link | //img | //iframe | //@src | //@href[not(starts-with(., "#"))] | //@onclick)', pg_temp.page()))[1]::text, '0', 'the page needs nothing else');
SELECT is((xpath('count(//section//a[not(substring(@href, 2) = //@id)] | //nav//a[not(substring(@href, 2) = //@id)])', pg_temp.page()))[1]::text, '0', 'each link leads to a part of the page');
SELECT is_empty($$SELECT id FROM XMLTABLE('//*[@id]' PASSING pg_temp.page() COLUMNS id text PATH '@id') GROUP BY id HAVING count(*) > 1$$, 'no two parts have one name');
SELECT is((xpath('count(//table[not(caption)] | //th[not(@scope)])', pg_temp.page()))[1]::text, '0', 'each table says what it is, and each heading of what');
SELECT is((xpath('count(//div[@class="scroll"][not(@tabindex="0") or not(@aria-labelledby)])', pg_temp.page()))[1]::text, '0', 'what scrolls sideways can be reached with the keys, and has a name');
SELECT is((xpath('count(//svg[@role="img"])', pg_temp.page()))[1]::text, '2', 'there are two charts');
SELECT is((xpath('count(//figure[not(following-sibling::div//table)])', pg_temp.page()))[1]::text, '0', 'each chart has a table beside it');
SELECT is((xpath('count(//section[@id="due"]//tbody/tr)', pg_temp.page()))[1]::text, '24', 'what comes due is said of 24 months');
SELECT is((xpath('count(//section[@id="done"]//tbody/tr)', pg_temp.page()))[1]::text, '12', 'what was done is said of 12 months');
SELECT is((xpath('count(//section[@id="done"]//*[local-name()="rect"])', pg_temp.page()))[1]::text,
    (SELECT count(*)::text FROM figures WHERE figure ~ '^ledger.row_count/[0-9-]+/[a-z]' AND value <> '0'), 'a chart has a bar for each figure that is not zero');

-- Bars: what is one upon the other does not lie over it, and each is as high as its figure says, or a pixel.
CREATE TEMP VIEW bars AS SELECT x.kind, x.x, x.y, x.height, dense_rank() OVER (ORDER BY x.x) AS place FROM XMLTABLE('//section[@id="due"]//*[local-name()="rect"]' PASSING pg_temp.page()
    COLUMNS kind text PATH '@class', x numeric PATH '@x', y numeric PATH '@y', height numeric PATH '@height') x;
SELECT is_empty('SELECT x FROM bars GROUP BY x HAVING max(y + height) - min(y) <> sum(height)', 'bars of one month stand one upon the other');
SELECT is_empty($$SELECT * FROM (SELECT b.height, f.value::numeric AS value, max(b.height) OVER () / max(f.value::numeric) OVER () AS scale FROM bars b
    JOIN (SELECT value, dense_rank() OVER (ORDER BY figure) AS place FROM figures WHERE figure ~ '^forecast.rows/[0-9]+-[0-9]+/enforce$') f ON f.place = b.place WHERE b.kind = 's0') r
    WHERE abs(height - greatest(value * scale, 1)) > 0.2$$, 'each bar is as high as its figure says');

-- Names.
SELECT matches(retention.report_html(), 'names with &lt;&amp;&quot;&gt; in them', 'a name of a policy becomes no mark');
SELECT is((xpath('count(//ting)', pg_temp.page()))[1]::text, '0', 'a reference of a policy becomes no mark');
SELECT matches(pg_temp.read_of(pg_temp.page()), 'Lov om <ting> & "tang"', 'a reference of a policy reads as it is');
SELECT matches(pg_temp.read_of(pg_temp.page()), $$app\."odd <&"" 'names'>"$$, 'a name of a table reads as it is');
SELECT matches(retention.report_html(), 'Bookkeeping Act &#xA7;13', 'a letter that is not ASCII is written as a reference');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES (E'line\nend \x01 \x7f ]]> Ås 🙂', 'app.notes', '{made_on}', '1 day', 'delete', 'observe');
SELECT lives_ok('SELECT pg_temp.page()', 'signs that XML has no place for leave the page well-formed');
SELECT matches(pg_temp.read_of(pg_temp.page()), E'line end \uFFFD \uFFFD ]]> Ås 🙂', 'signs that XML has no place for are told as that');

-- What each policy says, and how far it is.
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="policies"]'), 'invoices app.invoices in force 5 years after the end of the fiscal year 0 days deleted 5 years after the end of the fiscal year Bookkeeping Act §13 GDPR Art. 6\(1\)\(c\)',
    'a policy is told in words');
SELECT matches(pg_temp.read_of(pg_temp.page('nb'), '//section[@id="policies"]'), 'invoices app.invoices i kraft 5 år etter regnskapsårets utgang 0 dager slettes 5 år etter regnskapsårets utgang Bookkeeping Act §13',
    'a policy is told in Norwegian words');
SELECT matches(pg_temp.read_of(pg_temp.page('nb'), '//section[@id="policies"]'), 'letters app.letters i kraft 1 år 6 måneder .* old app.old av for alltid .* visits app.visits i kraft 90 dager .* visits before app.visits_archive i kraft 36 timer',
    'periods are told in Norwegian words');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="state"]'), 'letters paused Waits for whoever paused it.*visits before waits for approval Waits for the table''s owner', 'the page says what waits for whom');
SELECT matches(pg_temp.read_of(pg_temp.page('nb'), '//section[@id="state"]'), 'letters satt på pause Venter på den som satte den på pause.*visits before venter på godkjenning Venter på tabellens eier',
    'the page says in Norwegian what waits for whom');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="requests"]'), 'access customer late 2 Jan 2030 .* 4 Feb 2030 −19 .* erasure user identity asked for .* portability . the person is not known yet', 'requests are told with their deadlines');
SELECT matches(pg_temp.read_of(pg_temp.page('nb'), '//section[@id="requests"]'), 'innsyn customer over fristen 2. jan. 2030 .* sletting user legitimasjon etterspurt', 'requests are told in Norwegian');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="stuck"]'), 'user accounts app.users 10 Apr 2029 15 an error .*contact persons app.contacts a trigger refused P0001 2 .*a foreign key refers to it 23503 15',
    'what stays is told with its reasons');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="ledger"]'), 'verifies.*' || retention.ledger_head(), 'the head of the ledger is told');
SELECT is_empty($$SELECT x.t FROM XMLTABLE('//section[@id="gaps"]//*[@lang="en"]' PASSING pg_temp.page('nb') COLUMNS t text PATH '.') x$$, 'gaps have Norwegian words');

-- A policy that was changed waits for its quarantine; a problem without an error is told in the view's words.
UPDATE retention.policy SET quarantine_for = '20 days' WHERE name = 'visits';
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="state"]'), 'What was due waits until then, for its quarantine runs .* 13 Mar 2030, 00:00', 'the page says until when a quarantine runs');
SELECT is_empty($$SELECT figure, value FROM pg_temp.shown(pg_temp.page()) WHERE figure ~ '^armed' EXCEPT SELECT figure, value FROM figures$$, 'the date until when a quarantine runs is that of armed_until()');
SELECT retention.require_warnings('invoices') \g /dev/null
SET retention.test_now = '2030-02-20 10:00+01';
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="state"]'), 'invoices in force What became hidden waits until the persons are warned: retention.record_warning\(\) 1 Jan 2031', 'the page says that persons are to be warned');
SELECT is((xpath('count(//section[@id="state"]//*[@lang="en"])', pg_temp.page('nb')))[1]::text, '0', 'what waits for a quarantine or a warning is told in Norwegian alone');
SELECT retention.end_warnings('invoices') \g /dev/null
SET retention.test_now = '2030-02-20 09:00+01';
CREATE ROLE page_successor;
GRANT USAGE, CREATE ON SCHEMA app TO page_successor;
ALTER TABLE app.customers OWNER TO page_successor;
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="state"]'), 'private customers not confirmed Waits for the table''s owner, who confirms its condition applies_to was written for another owner', 'a problem is told in the words of the view');
REVOKE USAGE ON SCHEMA app FROM page_successor;
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="due"]'), 'Of some policies the rows could not be counted', 'the page says where what comes due is not known');
GRANT USAGE ON SCHEMA app TO page_successor;

-- A word that somebody gave as a reason elsewhere hides no problem of this policy.
SAVEPOINT words;
SELECT retention.pause('letters', 'a') \g /dev/null
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="state"]'), 'private customers not confirmed .* applies_to was written for another owner', 'a reason of one letter hides no problem of another policy');
ROLLBACK TO words;
SELECT retention.pause_all('applies_to') \g /dev/null
SELECT doesnt_match(pg_temp.read_of(pg_temp.page(), '//section[@id="state"]'), 'applies_to was written for another owner', 'the reason of a pause of all is of each policy');
ROLLBACK TO words;

-- Whatever waits for somebody is in the sum, though no policy does.
SELECT retention.open_request('access', 'user', 400, received => '2030-01-22 12:00+01') AS soon \gset
INSERT INTO retention.verification (kind, begun_at, finished_at, unverified) VALUES ('user', '2030-02-01', '2030-02-01', '{a table}');
INSERT INTO retention.return_run (relation, last_found) VALUES ('app.users', 2);
INSERT INTO retention.notice_to_recipient (recipient, disclosures, kind, what, created_at, created_by) VALUES ('Bank', 1, 'user', 'erased', '2020-01-01', 'x');
INSERT INTO retention.audit_run (relation, problem) VALUES ('app.visits', 'a table that nobody may read is on the page as unreadable');
SELECT set_has('SELECT figure FROM pg_temp.shown(pg_temp.page())', $$VALUES ('check/request is answered in time'), ('check/erased person is nowhere else'), ('check/erased person does not come back'),
    ('check/recipient is told in time'), ('check/clocks are audited'), ('check/worker is alive'), ('sum/checks'), ('sum/problems')$$, 'whatever waits for somebody is on the page');
SELECT is_empty('SELECT figure, value FROM pg_temp.shown(pg_temp.page()) EXCEPT SELECT figure, value FROM figures', 'the sum is that of the check and of the policies with a problem');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="check"]'), 'request is answered in time [0-9]+ .*request ' || :soon, 'the page says which request is to be answered soon');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="state"]'), 'visits in force .*audit: it is unreadable|visits in force .*An error stands in the way', 'a policy in force may have a problem');
ROLLBACK TO words;

-- Persons. What is on record of them, and in errors and reasons, is there, so that it could be shown.
CREATE MATERIALIZED VIEW app.summary AS SELECT id FROM app.notes;
INSERT INTO retention.left_out_view (view, reason) VALUES ('app.summary', 'Needle wants it');
UPDATE retention.blocked_row SET cause = 'it is kept for Needle' WHERE policy_id = 1;
INSERT INTO retention.blocked_table (relation, policy_id, work, sqlstate, cause, reason, attempts, first_failed, retry_at)
    VALUES ('app.invoices', 4, 'rows', '57014', 'Needle stands in the way', 'Needle', 1, '2030-02-19', '2030-02-21');
INSERT INTO retention.audit_run (relation, problem) VALUES ('app.applicants', 'value Needle');
INSERT INTO retention.view_refresh (view, problem, reason) VALUES ('app.summary', 'Needle is in it', 'Needle');
UPDATE retention.preparation SET problem = 'Needle is written just now';
SELECT is((SELECT count(*) FROM (SELECT reason FROM retention.blocked_row UNION SELECT problem FROM retention.status UNION SELECT reason FROM retention.overdue UNION SELECT detail FROM retention.gaps UNION SELECT key::text FROM retention.request
    UNION SELECT channel FROM retention.request UNION SELECT full_name::text FROM app.contacts UNION SELECT id FROM app.customers) s (said) WHERE said ~ 'Needle') > 100, true, 'persons are in keys, errors, reasons and rows');
SELECT is(retention.report_html() ~* 'needle', false, 'no person is on the page');
SELECT is(retention.report_html('nb') ~* 'needle', false, 'no person is on the page in Norwegian');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="stuck"]'), 'invoices app.invoices it took too long 57014 rows', 'a table that was passed over is told by the kind of its error');
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="state"]'), 'applicants only observes [^.]* in force An error stands in the way.* invoices in force An error stands in the way', 'an error is told by that there is one');
SELECT is((SELECT string_agg(name, ', ' ORDER BY name) FROM retention.status WHERE problem ~ 'Needle'), 'applicants, invoices, letters, ' || (SELECT name FROM retention.policy WHERE relation = 'app.notes'::regclass) || ', user accounts', 'the status has them for who may see them');
DELETE FROM retention.blocked_table;
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="gaps"]'), 'materialized view left out 1 app.summary', 'a gap is told by its kind and its object');

-- Languages.
SELECT is(retention.report_html('no'), retention.report_html('nb'), 'the page in no is the one in bokmål');
SELECT throws_ok('SELECT retention.report_html(''sv'')', '22023', 'there are no words in language "sv"', 'a language that is none of the page''s is an error');
SELECT throws_ok('SELECT retention.report_html(''EN'')', '22023', 'there are no words in language "EN"', 'a language has its letters as they are written');
SELECT throws_ok('SELECT retention.report_html(NULL)', '22004', 'language must not be null', 'no language is an error');

-- The same time and the same configuration give the same page.
CREATE TEMP TABLE before AS SELECT retention.report_html() AS page;
SELECT is(retention.report_html(), page, 'the page is the same a second time') FROM before;
SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET search_path = app, public; SET intervalstyle = iso_8601; SET lc_numeric = 'C.UTF-8'; SET extra_float_digits = -5; SET bytea_output = escape;
SELECT is(retention.report_html(), page, 'the page is the same whatever the session''s settings are') FROM before;
RESET timezone; RESET datestyle; RESET search_path; RESET intervalstyle; RESET lc_numeric; RESET extra_float_digits; RESET bytea_output;

-- Rights.
CREATE ROLE page_stranger;
CREATE ROLE page_watcher IN ROLE pg_monitor;
CREATE ROLE page_caller;
GRANT EXECUTE ON FUNCTION retention.report_html(text) TO page_caller;
GRANT SELECT ON before TO page_watcher;
SET LOCAL ROLE page_stranger;
SELECT throws_ok('SELECT retention.report_html()', '42501', NULL, 'the page is nobody''s without a grant');
SET LOCAL ROLE page_watcher;
SELECT is(retention.report_html(), page, 'who monitors has the page that a superuser has') FROM before;
SET LOCAL ROLE page_caller;
SELECT throws_ok('SELECT retention.report_html()', '42501', NULL, 'who may call the page alone, and read none of the views, has none');
RESET ROLE;

-- What was found within a day is told, and nobody verifies for the page.
SELECT retention.verify_ledger_now();
UPDATE retention.ledger_verification SET entries = 7777, verified_at = retention.time_now() - interval '23 hours';
SELECT set_has('SELECT * FROM pg_temp.shown(pg_temp.page())', $$VALUES ('ledger_verification.entries', '7777'), ('ledger_verification.acknowledged', '0')$$, 'the last verification of the ledger is told');
SELECT is((SELECT value::timestamptz FROM pg_temp.shown(pg_temp.page()) WHERE figure = 'ledger_verification.verified_at'), retention.time_now() - interval '23 hours', 'the page says when the ledger was verified');
SELECT is_empty($$SELECT figure FROM pg_temp.shown(pg_temp.page()) WHERE figure LIKE 'verify_ledger%'$$, 'a ledger that was verified within a day is not verified for the page');
UPDATE retention.ledger_verification SET verified_at = retention.time_now() - interval '1 day';
SELECT is((SELECT value FROM pg_temp.shown(pg_temp.page()) WHERE figure = 'verify_ledger.entries'), (SELECT entries::text FROM retention.verify_ledger()), 'a verification that is a day old is done again for the page');
SELECT matches(pg_temp.read_of(pg_temp.page('nb'), '//section[@id="ledger"]'), 'Kontrollert for denne siden', 'the page says that the ledger was verified for it');
UPDATE retention.ledger_verification SET verified_at = retention.time_now() + interval '1 hour';
SELECT set_has('SELECT figure FROM pg_temp.shown(pg_temp.page())', $$VALUES ('verify_ledger.entries')$$, 'a verification of a later time does not count');
UPDATE retention.ledger_verification SET ok = false, first_bad = 12, verified_at = retention.time_now();
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="ledger"]'), 'The chain verifies.*for this page', 'a ledger that was broken and has been mended is read again');
UPDATE retention.ledger_verification SET ok = NULL, problem = 'out of time';
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="ledger"]'), 'The chain verifies.*for this page', 'a ledger that could not be verified is read for the page');

-- The ledger is broken by a superuser who knows how.
SET LOCAL session_replication_role = replica;
ALTER TABLE retention.ledger DISABLE TRIGGER ALL;
UPDATE retention.ledger SET actor = 'nobody' WHERE entry_id = 12;
SELECT matches(pg_temp.read_of(pg_temp.page(), '//section[@id="glance"]'), 'What needs somebody The chain does not verify', 'a broken ledger is what needs somebody first');
SELECT is((SELECT value FROM pg_temp.shown(pg_temp.page()) WHERE figure = 'verify_ledger.first_bad'), '12', 'the page says where the ledger is broken');
SELECT * FROM finish();
ROLLBACK;
