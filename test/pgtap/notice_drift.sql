-- What a published notice says otherwise than the configuration. The demo's published notice, and some forty that differ from it in one thing, are read in
-- test/tap/045_notice.pl.
BEGIN;
SELECT plan(64);
SET client_min_messages = error;

CREATE SCHEMA shop;
CREATE TABLE shop.orders (id int PRIMARY KEY, buyer text, mail text, ordered_on date, shipped_on date);
CREATE TABLE shop.visits (id int PRIMARY KEY, ip text, visited_on date);
INSERT INTO retention.controller (name, contact, authority) VALUES ('Shop AS', 'post@shop.example', 'Datatilsynet');
INSERT INTO retention.purpose (name, legal_basis, interest, categories, direct_marketing, caps) VALUES
    ('orders', 'contract', NULL, '{name, email}', false, '{}'), ('newsletter', 'legitimate interest', 'to sell', '{email}', true, '{1 per calendar week}'),
    ('reminders', 'contract', NULL, '{email}', false, '{3 per 14 days}');
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES
    ('shop.orders', 'buyer', 'name', NULL), ('shop.orders', 'mail', 'email', '6 months'), ('shop.visits', 'ip', 'ip address', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, must_keep_for, reference, purpose, mode) VALUES
    ('orders', 'shop.orders', '{shipped_on}', 'UTC', '5 years after end of fiscal year', '0 days', 'anonymise', '5 years after end of fiscal year', 'Bookkeeping Act §13', 'orders', 'enforce'),
    ('visits', 'shop.visits', '{visited_on}', 'UTC', '90 days', '2 weeks', 'delete', NULL, NULL, 'orders', 'enforce');
INSERT INTO retention.location (name, kind, country, own_control) VALUES ('rack', 'server', 'NO', true);

-- A text in which everything is right, and what a change of it brings.
CREATE FUNCTION pg_temp.right_one() RETURNS text LANGUAGE sql AS $f$SELECT $$
# Privacy notice

Shop AS keeps orders, with name and email address, for 5 years after the end of the fiscal year, as § 13 of the Bookkeeping Act requires; then they are
anonymised. The email address of orders is removed after 6 months.

Visits are logged with the IP address. They are kept for ninety days, then quarantined for 14 days, and deleted.

* Orders: to fulfil the contract we send reminders at most 3 times in any 14 days.
* The newsletter comes up to once a week; our legitimate interest is to sell.

Data are stored in Norway. You have a right to access (Article 15), correction (Article 16), erasure and restriction (Art. 17 and 18), portability (Article 20) and
a right to object (Article 21). We answer within one month, and may extend that by two further months. You can complain to Datatilsynet.
$$$f$;
CREATE FUNCTION pg_temp.drift(was text DEFAULT '', now text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF was <> '' AND position(was IN pg_temp.right_one()) = 0 THEN RAISE EXCEPTION 'the text has no "%"', was; END IF;
    RETURN (SELECT string_agg(concat_ws(' | ', fact, object, configured, stated), E'\n' ORDER BY fact, object, stated) FROM retention.notice_drift(CASE was WHEN '' THEN pg_temp.right_one() ELSE replace(pg_temp.right_one(), was, now) END));
END $$;
SELECT is(pg_temp.drift(), NULL, 'a notice that is right has no drift');

-- Periods.
SELECT is(pg_temp.drift('ninety days', '80 days'), 'period | visits | 90 days, then quarantine for 14 days, then deleted | 80 days', 'another number of days is found');
SELECT is(pg_temp.drift('ninety days', '90 (ninety) days'), NULL, 'a number that is said twice is read');
SELECT is(pg_temp.drift('ninety days', 'a 90-day period'), NULL, 'a number and a unit with a hyphen is read');
SELECT is(pg_temp.drift('ninety days', 'three months'), 'period | visits | 90 days, then quarantine for 14 days, then deleted | three months', 'three months are not ninety days');
SELECT is(pg_temp.drift('14 days, and', 'two weeks, and'), NULL, 'two weeks are fourteen days');
SELECT is(pg_temp.drift('14 days, and', '1 week, and'), 'period | visits | 90 days, then quarantine for 14 days, then deleted | 1 week', 'another quarantine is found');
SELECT is(pg_temp.drift(', then quarantined for 14 days', ''), 'period | visits | 90 days, then quarantine for 14 days, then deleted', 'a quarantine that is not named is found');
SELECT is(pg_temp.drift('5 years after', '60 months after'), NULL, 'sixty months are five years');
SELECT is(pg_temp.drift('5 years after the end of the fiscal year', '5 years'), 'counted from | orders | 5 years after the end of the fiscal year | 5 years', 'five years from when is found');
SELECT is(pg_temp.drift('ninety days', 'ninety days after the end of the year'), 'counted from | visits | 90 days | ninety days', 'an end of a year that the policy does not wait for is found');
SELECT is(pg_temp.drift('after 6 months', 'after 7 months'), 'period | orders | 5 years after the end of the fiscal year, then anonymised | 7 months
period | orders | 6 months', 'another period of a column is found');
SELECT is(pg_temp.drift(' The email address of orders is removed after 6 months.', ''), 'period | orders | 6 months', 'a column that goes earlier is found');
SELECT is(pg_temp.drift('* Orders', E'Recordings of calls are deleted after 3 weeks.\n\n* Orders'), 'period | 3 weeks', 'a promise that no policy keeps is found');
SELECT is(pg_temp.drift('* Orders', E'Shop has been there for 20 years.\n\n* Orders'), NULL, 'a period of something else is read');
SELECT is((SELECT string_agg(sentence, '') FROM retention.notice_drift(replace(pg_temp.right_one(), 'ninety days', '80 days'))), 'They are kept for 80 days, then quarantined for 14 days, and deleted.', 'the sentence is whole');
SELECT is((SELECT why FROM retention.notice_drift(replace(pg_temp.right_one(), 'They are kept', 'Orders and visits are kept')) WHERE fact = 'period'), NULL, 'of several policies one has the period');
SELECT is((SELECT string_agg(object || ': ' || why, E'\n') FROM retention.notice_drift(replace(pg_temp.right_one(), 'They are kept for ninety', 'Orders and visits are kept for 91')) WHERE stated = '91 days'),
    'orders: the sentence is about several policies, and the period is none of theirs: which one is meant cannot be told
visits: the sentence is about several policies, and the period is none of theirs: which one is meant cannot be told', 'what cannot be told is not guessed');

-- Laws, actions.
SELECT is(pg_temp.drift('§ 13 of the', 'section 12 of the'), 'law | orders | 5 years after the end of the fiscal year, then anonymised; § 13 of the Bookkeeping Act | § 12 of the Bookkeeping Act', 'another section is found');
SELECT is(pg_temp.drift('§ 13 of the', 'the'), NULL, 'a law without its section is read');
SELECT is(pg_temp.drift(', as § 13 of the Bookkeeping Act requires', ''), 'law | orders | § 13 of the Bookkeeping Act', 'a law that is not named is found');
SELECT is(pg_temp.drift('and deleted', 'and anonymised'), 'action | visits | deleted | anonymised', 'another action is found');
SELECT is(pg_temp.drift('They are kept', 'The Limitation Act requires that they are kept'), 'law | visits | 90 days, then quarantine for 14 days, then deleted; no law | the Limitation Act', 'a law for what no law keeps is found');
SELECT is(pg_temp.drift('* Orders', E'The Money Laundering Act binds us.\n\n* Orders'), 'law | the Money Laundering Act', 'a law that nothing is kept for is found');

-- Caps.
SELECT is(pg_temp.drift('once a week', 'weekly, 2 times a week'), 'cap | newsletter | at most 1 time per calendar week | 2 times a week', 'another cap is found');
SELECT is(pg_temp.drift('3 times in any 14 days', '3 times every 10 days'), 'cap | reminders | at most 3 times in any 14 days | 3 times every 10 days', 'another rolling cap is found');
SELECT is(pg_temp.drift('Visits are logged', 'Orders come with an offer up to twice a year. Visits are logged'), 'cap | twice a year', 'a cap that nothing has is found');

-- Rights, answers, authority, places, recipients.
SELECT is(pg_temp.drift('Art. 17 and 18', 'Art. 17 to 18'), NULL, 'a range of articles is read');
SELECT is(pg_temp.drift('(Article 21)', '(Article 22)'), 'article | Article 21 | Article 22', 'another article is found');
SELECT is(pg_temp.drift('erasure and restriction', 'erasure'), 'right | restriction of processing | Article 18', 'a right that is not named is found');
SELECT is(pg_temp.drift('within one month', 'within six weeks'), 'answer | 1 month, extendable by 2 further months (Article 12(3)) | six weeks', 'a later answer is found');
SELECT is(pg_temp.drift('Art. 17 and 18', 'Art. 17'), 'article | Article 18', 'a right without its article is found');
SELECT is(pg_temp.drift('erasure and restriction (Art. 17 and 18), portability', E'and these rights:\n\n* to have data deleted or restricted (Art. 17)\n* portability'), 'article | Article 18', 'a right in a list is one without being called so');
SELECT is(pg_temp.drift('access (Article 15), correction (Article 16), erasure and restriction (Art. 17 and 18), portability (Article 20) and
a right to object (Article 21).', E'these things:\n\n* access\n* correction\n* erasure and restriction\n* portability\n* objection\n\n'), NULL, 'a list of rights may be without their articles');
SELECT is(pg_temp.drift(E'portability (Article 20) and\na right to object (Article 21).', E'and these rights:\n\n* portability (Article 20)\n* objection (Article 21)\n\nThat is all.\n\nBy Article 17 we delete data, and restrict who reads them.\n\n'), NULL,
    'what stands behind a list of rights is none of them');
SELECT is(pg_temp.drift('Visits are logged', 'Nothing is shared with third parties for marketing, and we sell nothing to partners for marketing. Visits are logged'), NULL, 'nothing that is shared is no disclosure');
SELECT is(pg_temp.drift('within one month', 'within 30 working days'), 'answer | 1 month, extendable by 2 further months (Article 12(3)) | 30 working days', 'working days are more than days');
SELECT is(pg_temp.drift('ninety days', 'ninety working days'), 'period | visits | 90 days, then quarantine for 14 days, then deleted | ninety working days', 'working days are no days');
SELECT is(pg_temp.drift('within one month', 'within two weeks'), NULL, 'an earlier answer is a promise that is kept');
SELECT is(pg_temp.drift('within one month', 'normally within one month'), 'answer | 1 month, extendable by 2 further months (Article 12(3)) | normally within one month', 'normally is no limit');
SELECT is(pg_temp.drift('by two further months', 'by three further months'), 'answer | 2 further months | three further months', 'a longer extension is found');
SELECT is(pg_temp.drift('to Datatilsynet', 'to the Norwegian Data Protection Authority'), NULL, 'the authority''s name in English');
SELECT is(pg_temp.drift('to Datatilsynet', 'to the ICO'), 'authority | Datatilsynet', 'another authority is found');
SELECT is(pg_temp.drift('in Norway', 'in Norway and Sweden'), 'country | Norway | Sweden', 'a country more is found');
SELECT is(pg_temp.drift('in Norway', 'in a vault'), 'country | rack | Norway', 'a place whose country is not named is found');
SELECT is(pg_temp.drift('stored in Norway', 'stored in Norway, never in the United States'), NULL, 'a country where data are not is read');
SELECT is(pg_temp.drift('Visits are logged', 'We share email addresses with third parties for marketing. Visits are logged'), 'recipient | newsletter | not disclosed to third parties | share', 'a disclosure that is refused is found');
SELECT is(pg_temp.drift('Visits are logged', 'We make automated decisions on prices. Visits are logged'), 'automated decisions | automated decisions', 'decisions that are not configured are found');
SELECT is(pg_temp.drift('Visits are logged', 'With your consent we write to you. Visits are logged'), 'basis | your consent (GDPR Article 6(1)(a))', 'a basis that nothing rests on is found');
SELECT is(pg_temp.drift('Shop AS', 'We'), 'controller | Shop AS', 'a controller that is not named is found');

-- What is kept and not said.
SELECT is(pg_temp.drift(' with the IP address', ''), 'category | ip address | shop.visits.ip', 'a category is found');
SELECT is(pg_temp.drift('The newsletter comes up to once a week; our', 'Our'), 'cap | newsletter | at most 1 time per calendar week
purpose | newsletter | newsletter', 'a purpose and its cap is found');
UPDATE retention.controller SET data_protection_officer = 'dpo@shop.example', automated_decisions = 'prices by postcode';
INSERT INTO retention.recipient (name, role, purposes, country) VALUES ('Post AS', 'processor', '{orders}', 'NO');
INSERT INTO retention.location (name, kind, country, provider, own_control) VALUES ('tape', 'backup', 'NO', 'Vault AS', false);
INSERT INTO retention.purpose (name, legal_basis) VALUES ('prizes', 'consent');
SELECT is(pg_temp.drift(), 'automated decisions | prices by postcode
basis | your consent (GDPR Article 6(1)(a))
basis | your consent (GDPR Article 6(1)(a))
officer | dpo@shop.example
place | tape | Vault AS
purpose | prizes | prizes
recipient | Post AS | NO', 'what is configured since is found');

-- Forms of texts.
SELECT is((SELECT count(*) FROM retention.notice_drift(pg_temp.right_one())), 7::bigint, 'the text has seven findings');
SELECT is((SELECT count(*) FROM retention.notice_drift(replace('<html><head><style>p { color: red }</style><title>x</title></head><body><p>' || regexp_replace(pg_temp.right_one(), E'\n\n|\n\\*|#', '</p><p>', 'g') || '</p></body></html>', '§', '&sect;'))),
    7::bigint, 'the same text as HTML has the same');
SELECT is((SELECT count(*) FROM retention.notice_drift(regexp_replace(pg_temp.right_one(), '(Orders|orders|kept|Norway|month)', '**\1**', 'g'))), 7::bigint, 'marks of markdown are no words');
SELECT is((SELECT count(*) FROM retention.notice_drift(E'---\ntitle: kept for 3 days\n---\n' || pg_temp.right_one())), 7::bigint, 'what stands before a text for a program is not read');
SELECT is((SELECT count(*) > 10 FROM retention.notice_drift('')), true, 'an empty notice says nothing of what is configured');
SELECT is((SELECT count(*) FROM retention.notice_drift(repeat(pg_temp.right_one(), 200))), 7::bigint, 'a long text has the findings of a short one');
SELECT lives_ok($$SELECT count(*) FROM retention.notice_drift(repeat('<', 5000) || repeat('&#', 5000) || repeat('3 times a ', 5000) || repeat('(', 5000))$$, 'a text of marks alone is read');
SELECT throws_ok('SELECT * FROM retention.notice_drift(NULL)', '22004', NULL, 'no text is an error');
SELECT throws_ok($$SELECT * FROM retention.notice_drift('x', 'de')$$, '22023', NULL, 'a language without words is an error');

CREATE ROLE drift_watcher IN ROLE pg_monitor;
CREATE ROLE drift_nobody;
SET ROLE drift_watcher;
SELECT is((SELECT count(*) FROM retention.notice_drift(pg_temp.right_one())), 7::bigint, 'who watches the server compares notices');
SET ROLE drift_nobody;
SELECT throws_ok($$SELECT * FROM retention.notice_drift('x')$$, '42501', NULL, 'others do not');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
