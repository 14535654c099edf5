-- What a published notice says otherwise than the configuration. The demo's published notice, and some forty that differ from it in one thing, are read in
-- test/tap/045_notice.pl.
BEGIN;
SELECT no_plan();
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


-- Sentences beside the right ones.
CREATE FUNCTION pg_temp.beside(said text) RETURNS text LANGUAGE sql AS $$SELECT pg_temp.drift('* Orders', said || E'\n\n* Orders')$$;
SELECT is(pg_temp.beside(E'| What | Kept for |\n|---|---|\n| Visits | 7 years |'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 7 years', 'a period in a row of a table is read');
SELECT is(pg_temp.beside(E'Visits | 90 days | 14 days'), NULL, 'a row with the right periods is right');
SELECT is(pg_temp.beside(E'<table><tr><th>What</th><th>Time</th></tr><tr><td>Visits</td><td>7 years</td></tr></table>'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 7 years', 'a period in a table of HTML is read');
SELECT is(pg_temp.beside(E'We keep data as follows:\n* Visits: 7 years'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 7 years', 'a list has what leads to it');
SELECT is(pg_temp.beside(E'### Visits to the shop\nStored for 3 years, then deleted.\n\n### Other'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 3 years', 'a sentence is about what its heading names');
SELECT is(pg_temp.beside(E'### Visits to the shop\n\nWe answer within 3 weeks.\n\n### Other'), NULL, 'a period of something else under a heading is none of its data');
SELECT is(pg_temp.beside(E'Visits are deleted after twenty-four months.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | twenty-four months', 'a number of two words is read');
SELECT is(pg_temp.beside(E'Visits are deleted after umpty-three years.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | umpty-three years', 'a number that is not known is no smaller one');
SELECT is(pg_temp.beside(E'Visits are kept for many years.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | many years', 'a period without a number is told');
SELECT is(pg_temp.beside(E'Visits are kept 14 days, then quarantined for 90, and deleted.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 14 days\nperiod | visits | 90 days, then quarantine for 14 days, then deleted | 90', 'periods the other way round are found');
SELECT is(pg_temp.beside(E'Visits are kept 90 days, then quarantined for 14, and deleted.'), NULL, 'a number whose unit stands before is read');
SELECT is(pg_temp.beside(E'Visits are deleted within 90 days, but at least after 10.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 10', 'a second period of a sentence is read');
SELECT is(pg_temp.beside(E'Visits are kept for at least 90 days.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | at least 90 days', 'at least is no at most');
SELECT is(pg_temp.beside(E'Visits are kept without any quarantine.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | without any quarantine', 'a quarantine that is denied is found');
SELECT is(pg_temp.beside(E'Visits are kept indefinitely.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | indefinitely', 'a period without an end is found');
SELECT is(pg_temp.beside(E'Visits are never deleted.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | never deleted', 'what is never deleted is kept for ever');
SELECT is(pg_temp.beside(E'Visits are held for 7 years and then destroyed.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 7 years', 'other words for storing and deleting are read');
SELECT is(pg_temp.beside(E'Visits are kept for 7 years, so that we can respond to complaints.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 7 years', 'a word for answering does not hide a period');
SELECT is(pg_temp.beside(E'* Not stated: visits are kept for 8 years.\n\nMore.'), E'period | visits | 90 days, then quarantine for 14 days, then deleted | 8 years', 'the words of a list at the end hide nothing elsewhere');
SELECT is(pg_temp.beside(E'Orders are kept for 5 years after the beginning of the fiscal year.'), E'counted from | orders | 5 years after the end of the fiscal year | 5 years', 'the beginning of a year is not its end');
SELECT is(pg_temp.beside(E'Recordings of calls are kept for 90 days.'), E'period | 90 days', 'a promise for something that is not configured is found');
SELECT is(pg_temp.beside(E'We keep recordings of calls for 90 days.'), E'period | 90 days', 'a promise of ours for something that is not configured is found');
SELECT is(pg_temp.beside(E'Personal data are kept for 90 days.'), NULL, 'data in general may be any that has the period');
SELECT is(pg_temp.beside(E'As the VAT Act requires, orders are kept for 5 years after the end of the fiscal year.'), E'law | orders | Bookkeeping Act §13 | VAT Act', 'a law without a name here is found');
SELECT is(pg_temp.beside(E'As § 13b of the Bookkeeping Act requires, orders are kept for 5 years after the end of the fiscal year.'), E'law | orders | 5 years after the end of the fiscal year, then anonymised; § 13 of the Bookkeeping Act | § 13b of the Bookkeeping Act', 'a section with a letter is another one');
SELECT is(pg_temp.beside(E'You have no right to access.'), E'right | access | Article 15 | no right to access', 'a right that is denied is found');
SELECT is(pg_temp.beside(E'You have no right to erasure as long as the law requires us to keep it.'), NULL, 'a right with a condition is not denied');
SELECT is(pg_temp.beside(E'You have a right to object (Article 21), except to marketing.'), E'right | objection | Article 21 | except to marketing', 'an exception to objecting to marketing is found');
SELECT is(pg_temp.beside(E'We sell your e-mail address to advertisers.'), E'recipient | newsletter | not disclosed to third parties | sell', 'addresses that are sold are found');
SELECT is(pg_temp.beside(E'Data are stored in Norway and the US.'), E'country | Norway | the United States', 'a country in capitals is read');
SELECT is(pg_temp.beside(E'Data are stored in Norway and Serbia.'), E'country | Norway | Serbia', 'a country where nothing can lie is read');
SELECT is(pg_temp.beside(E'Data are stored in England.'), E'country | Norway | the United Kingdom', 'a part of a country is read');
SELECT is(pg_temp.beside(E'Our servers are under the exclusive control of our cloud provider.'), E'control | rack | under our control alone | control', 'the control of another is found');
SELECT is(pg_temp.beside(E'We answer requests usually within 30 days, and always within 60 days.'), E'answer | 1 month, extendable by 2 further months (Article 12(3)) | 60 days', 'a limit behind the usual time is read');
SELECT is(pg_temp.beside(E'We review this notice once a year.'), NULL, 'a review is no cap');
SELECT is(pg_temp.beside(E'We test our backups once a month.'), NULL, 'a test is no cap');
SELECT is(pg_temp.beside(E'We do not store data on children under 13 years.'), NULL, 'an age is no period');
SELECT is(pg_temp.beside(E'If one day you want us to delete your data, write to us.'), NULL, 'some day is no period');
SELECT is(pg_temp.beside(E'A breach of stored data is reported to the authority within 72 hours.'), NULL, 'the time of a breach is no period');
SELECT is(pg_temp.beside(E'Stored passwords must be changed every 90 days.'), NULL, 'how often is not how long');
SELECT is(pg_temp.beside(E'Our archive has been there for 20 years.'), NULL, 'the age of an archive is no period');
SELECT is(pg_temp.beside(E'We answer your request to delete your data within 3 weeks.'), NULL, 'a request to delete has a time of its own');
SELECT is(pg_temp.beside(E'Our support deletes spam 24 hours a day.'), NULL, 'the whole day is no period');
SELECT is(pg_temp.beside(E'Without your consent we will never call.'), NULL, 'what is not done without consent rests on none');
SELECT is(pg_temp.beside(E'We have customers in Sweden and Denmark, whose orders are stored.'), NULL, 'customers in a country are no place of data');
SELECT is(pg_temp.beside(E'We never, under any circumstances whatsoever, store any of your data in the United States.'), NULL, 'a denial far before a country is read');
SELECT is(pg_temp.beside(E'We answer requests within one month; usually within 30 days.'), NULL, 'a usual time beside a limit is right');
SELECT is(pg_temp.beside(E'We do not keep your data forever.'), NULL, 'an end that is not named is no period');
SELECT is(pg_temp.beside(E'Our help desk answers within 24 hours.'), NULL, 'a help desk answers when it likes');
SELECT is(pg_temp.beside(E'## How long\n\nVisits: 3 years\n\n## Other'), 'period | visits | 90 days, then quarantine for 14 days, then deleted | 3 years', 'a line with a period is no heading');
SELECT is(pg_temp.beside(E'* **Visits** – 3 years'), 'period | visits | 90 days, then quarantine for 14 days, then deleted | 3 years', 'a period stands behind a name and a dash');
SELECT is(pg_temp.beside('Orders are delivered within 3 days and kept safely.'), NULL, 'the time of a delivery is no period');
SELECT is(pg_temp.beside('The store is open 24 hours.'), NULL, 'a store is no storing');
SELECT is((SELECT string_agg(stated, '') FROM retention.notice_drift('Barn under 13 år lagrer vi ikke data om.', 'nb')), NULL, 'an age is no period in Norwegian');
SELECT is(pg_temp.drift('We answer within one month, and may extend that by two further months.', 'Our help desk answers within 24 hours.'), 'answer | 1 month, extendable by 2 further months (Article 12(3))', 'a help desk hides no missing limit');
SELECT is((SELECT count(*) FROM retention.notice_drift(replace(pg_temp.right_one(), 'Visits are logged', repeat('on and on ', 500) || '. Visits are logged')) WHERE fact = 'sentence'), 1::bigint, 'a sentence that is too long says so');
SELECT is((SELECT string_agg(concat_ws(' | ', fact, object, stated), '; ' ORDER BY x) FROM (VALUES (1, 'Klagefristen er tre uker, og klagen lagres.'), (2, 'Visits tas vare på i 7 år og kastes.'), (3, 'Visits lagres i 90 dager og ligger deretter i 14 dagers karantene.'),
    (4, 'Visits slettes etter trettiseks måneder.'), (5, 'Visits lagres i flere år.'), (6, 'Visits lagres på ubestemt tid.'), (7, 'Kundesenteret svarer innen 2 timer.'), (8, 'Vi svarer innen én måned; vanligvis innen 30 dager.'),
    (9, 'Data lagres i Norge og England.'), (10, 'E-postadressen din selges til annonsører.'), (11, 'Du har ingen rett til innsyn.'), (12, 'Opptak av samtaler lagres i 90 dager.')) v (x, text), retention.notice_drift(text, 'nb') WHERE stated IS NOT NULL),
    'period | visits | 7 år; period | visits | trettiseks måneder; period | visits | flere år; period | visits | på ubestemt tid; country | Storbritannia; recipient | newsletter | selges; right | innsyn | ingen rett til innsyn; period | 90 dager', 'the same in Norwegian');

-- A notice of ours has no drift, whatever the periods are.
CREATE FUNCTION pg_temp.own() RETURNS text LANGUAGE sql AS $$SELECT string_agg(concat_ws(' | ', language, fact, object, configured, stated), E'\n') FROM unnest('{en,nb}'::text[]) language, retention.notice_drift(retention.privacy_notice(language), language)$$;
SAVEPOINT own;
UPDATE retention.policy SET keep_for = '1 year 1 month 1 day' WHERE name = 'visits';
SELECT is(pg_temp.own(), NULL, 'a period of years, months and days is read as it is written');
UPDATE retention.policy SET keep_for = '90 minutes', quarantine_for = '0 days' WHERE name = 'visits';
SELECT is(pg_temp.own(), NULL, 'minutes are read as they are written');
UPDATE retention.policy SET keep_for = '90 days', quarantine_for = 'forever' WHERE name = 'visits';
SELECT is(pg_temp.own(), NULL, 'a quarantine without an end is read as it is written');
CREATE SCHEMA a; CREATE TABLE a.t (id int PRIMARY KEY, at date);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('t', 'a.t', '{at}', 'UTC', '7 days', 'delete', 'enforce');
SELECT is(pg_temp.own(), NULL, 'a word of one letter names no schema');
ROLLBACK TO own;

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
