-- The privacy notice says what is configured, and lists what is not. The demo's whole notice is compared in test/tap/045_notice.pl.
BEGIN;
SELECT plan(91);
SET client_min_messages = error;

CREATE FUNCTION pg_temp.line(wanted text, language text DEFAULT 'en') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(l, E'\n') FROM regexp_split_to_table(retention.privacy_notice(language), E'\n') l WHERE l LIKE wanted $$;

-- Nothing is configured.
SELECT is(pg_temp.line('# %'), '# Privacy notice', 'a notice of nobody has a title');
SELECT is(pg_temp.line('* Not stated: w%'), '* Not stated: who the controller is.
* Not stated: what personal information is used for.
* Not stated: who receives personal information.
* Not stated: where the server is on which personal information is stored.
* Not stated: which persons it is about.
* Not stated: whether personal information is transferred out of the European Economic Area.
* Not stated: whether decisions are made by automated means alone.
* Not stated: which authority a complaint can be lodged with.
* Not stated: where information comes from that persons have not provided themselves.', 'a notice of nothing lists what it does not state');
SELECT is(pg_temp.line('* Ikke opplyst: hv%', 'nb') LIKE '* Ikke opplyst: hvem som er behandlingsansvarlig.%', true, 'the list is there in Norwegian');

-- What is asked for.
SELECT throws_ok($$SELECT retention.privacy_notice('sv')$$, '22023', 'there are no words in language "sv"', 'a language without words is an error');
SELECT throws_ok($$SELECT retention.privacy_notice('EN')$$, '22023', NULL, 'languages are written in lower case');
SELECT throws_ok($$SELECT retention.privacy_notice('en', 'pdf')$$, '22023', 'invalid format: "pdf"', 'a form that is not written is an error');
SELECT throws_ok($$SELECT retention.privacy_notice(NULL)$$, '22004', NULL, 'no language is an error');
SELECT throws_ok($$SELECT retention.privacy_notice('en', NULL)$$, '22004', NULL, 'no form is an error');

CREATE SCHEMA app;
CREATE TABLE app.members (id int PRIMARY KEY, name text, mail text, ip text, score text, left_on date, ended_on date);
INSERT INTO retention.controller (name, contact, data_protection_officer, representative, joint_controllers, recipients, transfers, authority, automated_decisions) VALUES
    ('A <b>*x*</b> & Co', 'post@a.example', 'dpo@a.example', 'Rep GmbH, Berlin', '{Partner AS}', '{couriers}', 'support from India.', 'ICO', 'credit scoring by income');
INSERT INTO retention.purpose (name, description, legal_basis, interest, obligation, consequence, source, categories, direct_marketing, caps) VALUES
    ('news', 'we write what is new', 'consent', NULL, 'voluntary', NULL, 'the register of companies', '{email}', false, '{1 per calendar week, 3 per 14 days}'),
    ('odd', NULL, 'because', NULL, NULL, NULL, NULL, '{}', false, '{}'),
    ('sale', NULL, 'GDPR Art. 6(1)(f)', 'to sell.', 'contractual', 'no contract.', NULL, '{name, shoe size}', true, '{}');
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, anonymise, origin) VALUES
    ('app.members', 'name', 'name', NULL, 'null', 'provided'), ('app.members', 'mail', 'email', '90 days', 'null', 'provided'),
    ('app.members', 'ip', 'ip address', '0 days', 'null', 'observed'), ('app.members', 'score', 'score', NULL, 'null', 'derived');
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, starts_when, timezone, keep_for, quarantine_for, action, must_keep_for, reference, purpose, legal_basis, mode) VALUES
    ('members', 'app.members', NULL, '{left_on, ended_on}', 'all', 'UTC', '1 year 6 months', '1 day', 'anonymise', '2 years after end of month', NULL, 'news', NULL, 'enforce'),
    ('switched off', 'app.members', 'false', '{left_on}', 'any', 'UTC', '1 year', '0 days', 'delete', NULL, NULL, 'news', NULL, 'off');
INSERT INTO retention.recipient (name, role, purposes, country, transfer_basis, transfer) VALUES
    ('Ads AS', 'controller', '{sale}', 'NO', NULL, NULL), ('Both AS', 'controller', '{news, sale}', 'NO', NULL, NULL), ('Cloud Inc', 'processor', '{news, sale}', 'US', 'adequacy', 'Data Privacy Framework'),
    ('Old AS', 'processor', '{news}', 'NO', NULL, NULL), ('Pair AS', 'joint controller', '{news}', 'IS', NULL, NULL);
UPDATE retention.recipient SET until = '2001-01-01' WHERE name = 'Old AS';
INSERT INTO retention.location (name, kind, country, own_control, transfer_basis, transfer) VALUES
    ('reykjavik', 'server', 'IS', true, NULL, NULL), ('zurich', 'backup', 'CH', false, 'safeguard', 'clauses');

SELECT is(pg_temp.line('# %'), '# Privacy notice of A \<b\>\*x\*\</b\> \& Co', 'names are no marks of markdown');
SELECT is(pg_temp.line('%data protection officer here%'), 'You can reach our data protection officer here: dpo@a.example.', 'the officer is named');
SELECT is(pg_temp.line('Representanten%', 'nb'), 'Representanten vår i EØS: Rep GmbH, Berlin.', 'the representative is named');
SELECT is(pg_temp.line('%joint controllers with%'), 'We are joint controllers with: Partner AS.', 'the joint controllers are named');
SELECT is(pg_temp.line('* Members: IP%'), '* Members: IP address, email address, name and score. Of this we register IP address from what you do. Of this we derive score from other information.',
    'the notice says what is kept, what is observed and what is derived');
SELECT is(pg_temp.line('We use%for news.%'), 'We use your email address for news. We write what is new. The legal basis is your consent (GDPR Article 6(1)(a)). You can withdraw your consent at any time; what was done before stays lawful (GDPR Article 7(3)). We contact you for this at most 1 time per calendar week and at most 3 times in any 14 days. You do not have to provide this information. What you have not given us yourself for this comes from the register of companies.',
    'a purpose by consent is told with its withdrawal, caps, duty and source');
SELECT is(pg_temp.line('%for sale.%'), 'We use your name and shoe size for sale. The legal basis is our legitimate interest (GDPR Article 6(1)(f)). The interest that we pursue is to sell. This is direct marketing. If you object to it, we stop, whatever our reasons: that right is absolute (GDPR Article 21(2) and (3)). Providing this information is necessary to enter into or fulfil a contract. If you do not provide it, the consequence is this: no contract.',
    'direct marketing is told with the interest, the absolute objection and the consequence');
SELECT is(pg_temp.line('%for odd.%'), 'We use personal information for odd. The legal basis is because. You can object to it (GDPR Article 21(1)).', 'a basis that is not understood is told as it is');
SELECT is(pg_temp.line('* Cloud%'), '* Cloud Inc (the United States) processes personal information for us, for news and sale. That is outside the European Economic Area; the transfer rests on a decision that the country protects data adequately (GDPR Article 45): Data Privacy Framework.',
    'a processor outside the EEA is told with the basis of the transfer');
SELECT is(pg_temp.line('* Pair%', 'nb'), '* Pair AS (Island) er behandlingsansvarlig sammen med oss, til news.', 'a joint controller is told as one');
SELECT is(pg_temp.line('* Ads%'), NULL, 'a third party that only wants to market gets nothing, and is not listed');
SELECT is(pg_temp.line('* Both%'), '* Both AS (Norway) gets personal information, and is itself the controller of it, for news.', 'a third party gets nothing for direct marketing');
SELECT is(pg_temp.line('* Old%'), NULL, 'who is no recipient any more is not listed');
SELECT is(pg_temp.line('We share%'), 'We share personal information with: couriers.', 'categories of recipients are told');
SELECT is(pg_temp.line('Personopplysningene lagres%', 'nb'), 'Personopplysningene lagres på Island og i Sveits:', 'countries have their prepositions');
SELECT is(pg_temp.line('* Zurich%'), '* Zurich (Switzerland). We do not control it alone. That is outside the European Economic Area; the transfer rests on appropriate safeguards (GDPR Article 46): clauses.', 'a place outside the EEA is told with the basis of the transfer');
SELECT is(pg_temp.line('Transfers%'), 'Transfers out of the European Economic Area: support from India.', 'transfers are told as the controller says them');
SELECT is(pg_temp.line('* We keep%'), '* We keep members in use for 1 year and 6 months after the time in "left\_on" has come and the time in "ended\_on" has come, whichever comes last. The law requires that we keep the information for 2 years after the end of the month in which the time in "left\_on" has come and the time in "ended\_on" has come, whichever comes last. From the end of its use until then the information is hidden, but not deleted, and not on your request either. We anonymise IP address as soon as the time in "left\_on" has come and the time in "ended\_on" has come, whichever comes last. We anonymise email address earlier, 90 days after the time in "left\_on" has come and the time in "ended\_on" has come, whichever comes last. When the use is over, the information is in quarantine for 1 day: it is hidden, but not yet anonymised. That quarantine is over before the law lets the information go. When the law lets it go, the information is anonymised, so that it no longer says who you are.',
    'periods of rows and columns, a floor longer than the period and the quarantine are told, and names that have no words as they are');
SELECT is(pg_temp.line('Automated%'), 'Automated decisions about you (GDPR Article 22): credit scoring by income.', 'automated decisions are told');
SELECT is(pg_temp.line('You can lodge%'), 'You can lodge a complaint with ICO (GDPR Article 77).', 'another authority than the Norwegian one has its own name');
SELECT is(pg_temp.line('Du kan klage%', 'nb'), 'Du kan klage til ICO (personvernforordningen artikkel 77).', 'another authority has its own name in Norwegian');
SELECT is(pg_temp.line('%one month of receiving%') LIKE '%within one month of receiving it.%two further months;%(GDPR Article 12(3)).', true, 'the notice says when a request is answered');
SELECT set_has($$SELECT l FROM regexp_split_to_table(retention.privacy_notice(), E'\n') l$$, $$VALUES ('* Not stated: which law requires that "members" is kept.'),
    ('* Not stated: that "switched off" is in force: its mode is off, and nothing is done by it.'), ('* Not stated: words in this language for "members" (policy).'),
    ('* Not stated: words in this language for when "app.members.left\_on" begins (start).'), ('* Not stated: words in this language for "shoe size" (category).'),
    ('* Not stated: whether one has to provide information for "odd".'), ('* Not stated: which legal basis of the GDPR "because" is, as it is given for "odd".')$$, 'what is missing is listed');
SELECT is(pg_temp.line('* Not stated: % "switched off"%(policy).'), '* Not stated: words in this language for "switched off" (policy).', 'a policy that is off is not told of');

-- Words.
INSERT INTO retention.wording (object, name, language, words) VALUES ('policy', 'members', 'en', 'information on members'), ('start', 'left_on', 'en', 'you leave'),
    ('start', 'app.members.ended_on', 'en', 'your contract ends'), ('start', 'ended_on', 'en', 'another one'), ('category', 'email', 'en', 'e-mail'), ('column', 'app.members.mail', 'en', 'private e-mail'),
    ('category', 'score', 'nb', 'poengsum'), ('text', 'to sell.', 'en', 'to earn money.'), ('purpose', 'news', 'nb', 'nyheter'), ('place', 'zurich', 'en', 'a vault in Zürich');
SELECT is(pg_temp.line('* We keep%') LIKE '* We keep information on members in use for 1 year and 6 months after you leave and your contract ends, whichever comes last. %We anonymise private e-mail earlier, 90 days after you leave%', true,
    'a policy, a start, a start of one table and a column have their words');
SELECT is(pg_temp.line('* Information%') LIKE '* Information on members: IP address, e-mail, name and score.%', true, 'own words of a category stand before those that are built in');
SELECT is(pg_temp.line('%for sale.%') LIKE '%pursue is to earn money. This%', true, 'a text has its words');
SELECT is(pg_temp.line('* A vault%') LIKE '* A vault in Zürich (Switzerland).%', true, 'a place has its words');
SELECT is(pg_temp.line('%poengsum%', 'nb') LIKE '%Av dette utleder vi poengsum%', true, 'words of another language are that one''s');
SELECT is(pg_temp.line('%poengsum%'), NULL, 'words of one language are not said in another');
SELECT throws_ok($$INSERT INTO retention.wording VALUES ('table', 'x', 'en', 'y')$$, '23514', NULL, 'words are for what has names');
SELECT throws_ok($$INSERT INTO retention.wording VALUES ('policy', 'x', 'no', 'y')$$, '23514', NULL, 'words are in a language that is written');
SELECT throws_ok($$INSERT INTO retention.wording VALUES ('policy', 'x', 'en', ' ')$$, '23514', NULL, 'words say something');
SELECT throws_ok('TRUNCATE retention.wording', NULL, NULL, 'words are removed one by one');
UPDATE retention.wording SET words = 'newsletter' WHERE words = 'nyheter';
UPDATE retention.policy SET purpose = 'odd' WHERE name = 'switched off';
SELECT is((SELECT detail::jsonb FROM retention.ledger WHERE detail LIKE '%newsletter%'),
    '{"wording": "news", "object": "purpose", "language": "nb", "old": {"words": "nyheter"}, "new": {"words": "newsletter"}}', 'what changes of words is on record');

-- What is promised is what the database does.
CREATE FUNCTION pg_temp.kept(changes text, language text DEFAULT 'en') RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE changes;
    found := pg_temp.line(CASE language WHEN 'en' THEN '* We%information on members%' ELSE '* Vi%members%' END, language);
    RAISE EXCEPTION USING MESSAGE = found, ERRCODE = 'ZZ001';
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN RETURN SQLERRM;
END $$;
CREATE FUNCTION pg_temp.policy(assignments text) RETURNS text LANGUAGE sql AS $$SELECT format('UPDATE retention.policy SET %s WHERE name = ''members''', assignments)$$;
CREATE FUNCTION pg_temp.column(assignments text, columns text DEFAULT 'mail') RETURNS text LANGUAGE sql AS $$SELECT format('UPDATE retention.personal_column SET %s WHERE column_name = %L', assignments, columns)$$;
SELECT is(pg_temp.kept(pg_temp.column('required_by_law = true')) ~ 'private e-mail', false, 'a column that the law keeps until its row goes is not promised to go earlier');
SELECT is(pg_temp.kept(pg_temp.policy($p$keep_for = '5 years'$p$) || ';' || pg_temp.column('required_by_law = true')) ~ 'We anonymise private e-mail earlier, 2 years after the end of the month in which', true,
    'a column that waits for the law goes when the law lets it, and its row later');
SELECT is(pg_temp.kept(pg_temp.column($p$keep_for = '9 years'$p$)) ~ 'private e-mail', false, 'a column whose period is no shorter than that of its row goes no earlier');
SELECT is(pg_temp.kept(pg_temp.column($p$keep_for = '0 days after end of year'$p$)) ~ 'We anonymise private e-mail earlier, at the end of the year in which', true, 'a column may go at the end of a year');
SELECT is(pg_temp.kept(pg_temp.column($p$anonymise = 'redact'$p$, 'name')) ~ 'the information is anonymised in part\. What is left of name may still tell who you are\.$', true, 'what depends on a text is no anonymisation for sure');
SELECT is(pg_temp.kept(pg_temp.column($p$anonymise = 'redact'$p$)) ~ 'We anonymise private e-mail in part earlier, 90 days after .*; what is left may still tell who you are\.', true, 'a column that is redacted earlier is not promised to be anonymous');
SELECT is(pg_temp.kept(pg_temp.policy($p$must_keep_for = 'forever'$p$)) ~ 'requires that we keep the information without a limit\. After its use the information is hidden.*not yet anonymised\. That quarantine is over before the law lets the information go\.$', true,
    'what the law keeps for ever is not said to go');
SELECT is(pg_temp.kept(pg_temp.policy($p$quarantine_for = 'forever', must_keep_for = NULL$p$)) ~ 'Then the information stays in quarantine without a limit: it is hidden, but not anonymised\.$', true, 'a quarantine without an end is told as one');
SELECT is(pg_temp.kept(pg_temp.policy($p$quarantine_for = 'forever', must_keep_for = NULL$p$), 'nb') ~ 'Deretter blir opplysningene stående i karantene uten tidsbegrensning: De er skjult, men ikke anonymisert\.$', true, 'a quarantine without an end is told as one in Norwegian');
SELECT is(pg_temp.kept(pg_temp.policy($p$keep_for = '0 days after end of year', must_keep_for = NULL$p$)) ~ 'We keep information on members until the end of the year in which', true, 'a period of no days is over when its year is');
SELECT is(pg_temp.kept(pg_temp.policy($p$quarantine_for = '0 days after end of month', must_keep_for = NULL$p$)) ~ 'Then the information is in quarantine until the end of the month: it is hidden', true, 'a quarantine of no days is over when its month is');

CREATE FUNCTION pg_temp.said(changes text, pattern text, language text DEFAULT 'en') RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    SET LOCAL retention.confirm_drop = on;
    EXECUTE changes;
    found := coalesce(pg_temp.line(pattern, language), 'nothing');
    RAISE EXCEPTION USING MESSAGE = found, ERRCODE = 'ZZ001';
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN RETURN SQLERRM;
END $$;
SELECT is(pg_temp.said($p$INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, purpose, mode) VALUES ('shadowed', 'app.members', '{left_on}', 'UTC', '9 years', 'delete', 'news', 'enforce')$p$, '%shadowed%'),
    '* Not stated: what "shadowed" is for: no row reaches it.', 'a policy that no row reaches promises nothing, and is listed');
SELECT is(pg_temp.said(pg_temp.policy($p$applies_to = 'id > 0'$p$), '%no condition%'), '* Not stated: how long rows of "app.members" are stored that no condition of a policy takes.', 'rows that no policy covers are listed');
SELECT is(pg_temp.said($p$SELECT 1$p$, '%no condition%'), 'nothing', 'rows that a policy covers are not listed');
SELECT is(pg_temp.said($p$DELETE FROM retention.location WHERE kind = 'server'$p$, '%stored in%'), 'Copies of your personal information are stored in Switzerland:', 'where copies lie does not say where the data lie');
SELECT is(pg_temp.said($p$UPDATE retention.controller SET transfers = NULL, recipients = '{}'; DELETE FROM retention.location WHERE name = 'zurich'; DELETE FROM retention.recipient WHERE name = 'Cloud Inc'$p$, '%transferred out%'),
    'No personal information is transferred out of the European Economic Area.', 'where all are known to be inside, nothing goes out');
SELECT is(pg_temp.said($p$UPDATE retention.controller SET transfers = NULL; DELETE FROM retention.location WHERE name = 'zurich'; DELETE FROM retention.recipient WHERE name = 'Cloud Inc'$p$, '%transferred out%'),
    '* Not stated: whether personal information is transferred out of the European Economic Area.', 'where a category of recipients is, is not known');
SELECT is(pg_temp.said('UPDATE retention.controller SET automated_decisions = NULL', '%automated means%'), 'No decisions about you are made by automated means alone (GDPR Article 22).', 'a controller who names no automated decisions makes none');
SELECT is(pg_temp.said('DELETE FROM retention.controller', '%automated means%'), '* Not stated: whether decisions are made by automated means alone.', 'nobody says that there are no automated decisions');
SELECT is(pg_temp.said($p$INSERT INTO retention.subject_kind (kind, relation) VALUES ('member', 'app.members')$p$, '%about whom%'), 'Among the persons about whom we have information are member.', 'the kinds of persons are not said to be all persons');
SELECT is(pg_temp.line('* What you %'), '* What you object to is on record as long as we have information about you.
* What you consented to, and what you withdrew, is on record as long as we have information about you.', 'objections and consents are among what is kept');
SELECT is(pg_temp.said(pg_temp.policy($p$mode = 'observe'$p$), '%information on members %') ~ '^\* This is planned, and not yet done: We keep information on members in use', true, 'what is only observed is not told as done');
SELECT is(pg_temp.said(pg_temp.policy($p$mode = 'observe'$p$), '%lagrer members%', 'nb') ~ '^\* Dette er planlagt, og gjøres ikke ennå: Vi lagrer members til bruk', true, 'what is only observed is not told as done in Norwegian');
SELECT is(pg_temp.said(pg_temp.policy($p$legal_basis = 'consent', purpose = 'sale'$p$), '* Information on members: your consent%') ~ 'for sale\. You can withdraw your consent at any time;', true, 'a policy that rests on consent says how it is withdrawn');
SELECT is(pg_temp.said(pg_temp.policy($p$legal_basis = 'contract'$p$), '%one legal basis%'), '* Not stated: one legal basis of "members": its purpose rests on your consent (GDPR Article 6(1)(a)).', 'a policy with another basis than its purpose is listed');
SELECT is(pg_temp.kept(pg_temp.policy($p$legal_access = '{pg_monitor}'$p$)) ~ 'is hidden, but not deleted, and not on your request either\. Those who need it because the law requires it still read it\.', true, 'what is hidden and read by those who need it is told as that');
SELECT is(pg_temp.said($p$UPDATE retention.recipient SET since = '2200-01-01 00:00+00' WHERE name = 'Pair AS'$p$, '%Pair AS%'), '* Not yet, but from 2200-01-01: Pair AS (Iceland) decides on personal information jointly with us, for news.', 'a recipient that is still to come is told as one');
SELECT is(pg_temp.said($p$UPDATE retention.recipient SET until = '2001-01-01' WHERE name <> 'Ads AS'$p$, 'These get%'), 'nothing', 'nobody gets anything where all have ended');
SELECT is(pg_temp.said('SELECT 1', '* Zurich%', 'nb') ~ 'ikke bare vi som har kontroll over dem\.', true, 'a place has its data under control, in Norwegian');
SELECT is(pg_temp.said('SELECT 1', '%switched off% gjelder%', 'nb'), '* Ikke opplyst: at «switched off» gjelder: Den er slått av, og ingenting gjøres etter den.', 'a mode has Norwegian words');
SELECT is(pg_temp.said('SELECT 1', '%«sale» (%', 'nb'), '* Ikke opplyst: ord på dette språket for «sale» (formål).', 'what needs words is told in Norwegian');
SELECT is(pg_temp.said($p$UPDATE retention.recipient SET transfer_basis = NULL, transfer = NULL WHERE name = 'Cloud Inc'$p$, '%«Cloud Inc» i%', 'nb'), '* Ikke opplyst: hva overføringen til «Cloud Inc» i USA bygger på.', 'a country has its Norwegian name in the list');
SELECT is(length(pg_temp.said($p$UPDATE retention.controller SET name = repeat('x', 900)$p$, '# %')), length('# Privacy notice of ') + 900, 'a long name is not cut');
SELECT is(pg_temp.said($p$UPDATE retention.controller SET name = '{x}' || U&'\202E\2066\200F\061C' || 'y'$p$, '# %'), '# Privacy notice of \{x\}y', 'braces are text, and nothing turns round what stands behind it');
SELECT is(pg_temp.said('CREATE TABLE app.visits (id int PRIMARY KEY, birth_date date)', '%app.visits%', 'nb'), '* Ikke opplyst: om «app.visits.birth\_date» inneholder personopplysninger (fødselsdato).', 'a category has its Norwegian name in the list');

-- HTML.
SELECT is(retention.privacy_notice('nb', 'html') ~ '^<!DOCTYPE html>\n<html lang="nb">\n<head>\n<meta charset="utf-8">', true, 'a page says its language and its characters');
SELECT is(retention.privacy_notice('nb', 'html') ~ '[^\n -~]', false, 'a page is ASCII');
SELECT is(retention.privacy_notice('en', 'html') LIKE '%<title>Privacy notice of A &lt;b&gt;*x*&lt;/b&gt; &amp; Co</title>%', true, 'names are no tags');
SELECT is(retention.privacy_notice('en', 'html') ~* '(src|href|@import|url\(|<script|<link|<img|http)', false, 'a page needs nothing else');
SELECT is((SELECT count(*) FROM regexp_matches(retention.privacy_notice('en', 'html'), '<li>', 'g')), (SELECT count(*) FROM regexp_matches(retention.privacy_notice(), '^\* ', 'gn')), 'a page has the same items');
SELECT is(xmlelement(name x, xmlparse(DOCUMENT regexp_replace(regexp_replace(retention.privacy_notice('nb', 'html'), '<!DOCTYPE html>', ''), '<meta ([^>]*)>', '<meta \1/>', 'g'))) IS DOCUMENT, true, 'what is opened is closed');

-- What is written is read as what it was written from.
SELECT is_empty(format('SELECT fact, object, stated, sentence, why FROM retention.notice_drift(retention.privacy_notice(%1$L, %2$L), %1$L)', l, f), format('%s, %s: a notice of ours has no drift', l, f))
FROM unnest('{en,nb}'::text[]) l, unnest('{markdown,html}'::text[]) f;

-- Who reads it.
CREATE ROLE notice_watcher IN ROLE pg_monitor;
SET ROLE notice_watcher;
SELECT is(retention.privacy_notice('no', 'markdown') LIKE '# Personvernerkl%', true, 'who watches the server reads the notice');
SELECT is((SELECT count(*) > 0 FROM retention.wording), true, 'who watches the server reads the words');
SELECT throws_ok($$INSERT INTO retention.wording VALUES ('policy', 'x', 'en', 'y')$$, '42501', NULL, 'who watches the server writes none');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
