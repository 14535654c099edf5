-- The same rows on every run: each value is a hash of the row's number and a fixed seed.
-- All persons are invented; e-mail domains end in .example, which nobody can own.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET TimeZone = 'Europe/Oslo';
SET jit = off;
SET synchronous_commit = off;
SET session_replication_role = replica;  -- keys are right by construction; checking a million takes half the time

-- a number below n for row i; "seed" tells the columns apart
CREATE FUNCTION pg_temp.pick(i bigint, seed bigint, n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
  $$ SELECT ((hashint8extended(i, seed + 20260115) & 9223372036854775807) % n)::integer $$;
CREATE FUNCTION pg_temp.one(words text[], i bigint, seed bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT words[1 + ((hashint8extended(i, seed + 20260115) & 9223372036854775807) % cardinality(words))::integer] $$;
-- an e-mail's local part from a Norwegian name
CREATE FUNCTION pg_temp.plain(name text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT replace(replace(replace(translate(lower(name), 'åé ', 'aee'), 'ø', 'o'), 'æ', 'ae'), '-', '.') $$;

CREATE TEMP TABLE w AS SELECT
  '{Kari,Ola,Anne,Per,Inger,Jan,Marit,Bjørn,Liv,Kjell,Ingrid,Odd,Solveig,Arne,Randi,Svein,Astrid,Knut,Bjørg,Tor,Nora,Jakob,Emma,Emil,Sofie,Noah,Ella,Oliver,Maja,Filip,Olivia,William,Ida,Lucas,Sara,Liam,Frida,Henrik,Hedda,Oskar,Åse,Øyvind,Åge,Turid,Sigrid,Håkon,Eirik,Gro,Stian,Silje,Marius,Camilla,Espen,Hilde,Trond,Anne-Lise,Jan-Erik,Live,Mohammed,Aisha,Piotr,Nguyen,Máret,Áilu}'::text[] AS first,
  '{Hansen,Johansen,Olsen,Larsen,Andersen,Pedersen,Nilsen,Kristiansen,Jensen,Karlsen,Johnsen,Pettersen,Eriksen,Berg,Haugen,Hagen,Johannessen,Andreassen,Jacobsen,Dahl,Jørgensen,Henriksen,Lund,Halvorsen,Sørensen,Jakobsen,Moen,Gundersen,Iversen,Strand,Solberg,Svendsen,Eide,Knutsen,Martinsen,Paulsen,Bakken,Kristoffersen,Mathisen,Lie,Amundsen,Nguyen,Rasmussen,Ali,Lunde,Solheim,Berge,Moe,Nygård,Bakke,Kristensen,Fredriksen,Holm,Lien,Hauge,Christensen,Andresen,Nielsen,Knudsen,Evensen,Sæther,Aas,Myhre,Hanssen,Ahmed,Haugland,Thomassen,Sivertsen,Simonsen,Danielsen,Berntsen,Sandvik,Rønning,Arnesen,Næss,Vik,Antonsen,Haug,Ellingsen,Thorsen,Edvardsen,Birkeland,Isaksen,Gulbrandsen,Ruud,Aasen,Strøm,Myklebust,Tangen,Ødegård,Eliassen,Helland,Bøe,Jenssen,Aune,Mikkelsen,Tveit,Brekke,Abrahamsen,Madsen}'::text[] AS last,
  '{Fjord,Fjell,Nord,Vest,Sør,Øst,Hav,Skog,Elv,Dal,Breen,Vidde,Kyst,Sjø,Lofoten,Hardanger,Telemark,Jæren,Romsdal,Finnmark}'::text[] AS place,
  '{bygg,transport,regnskap,eiendom,fisk,mekaniske,elektro,rørservice,hotell,energi,maskin,consult,bakeri,bilservice,helse,tre}'::text[] AS trade,
  '{Storgata,Kirkegata,Skolegata,Strandgata,Industriveien,Sjøgata,Bjørkeveien,Furuveien,Granveien,Kongens gate,Dronningens gate,Havnegata,Torggata,Nedre Slottsgate,Parkveien,Fjellveien,Solbakken,Elveveien,Stasjonsveien,Øvre vei}'::text[] AS street,
  '{"0153 Oslo","5003 Bergen","7010 Trondheim","4006 Stavanger","9008 Tromsø","4611 Kristiansand","3015 Drammen","1606 Fredrikstad","6002 Ålesund","8006 Bodø","2317 Hamar","3717 Skien","9510 Alta","6800 Førde","2609 Lillehammer","3110 Tønsberg","7713 Steinkjer","5525 Haugesund","9900 Kirkenes","8300 Svolvær"}'::text[] AS town,
  '{telefoni,fakturasystem,skriver,VPN,e-post,tofaktorinnlogging,lagring,nettbrett,møteromsskjerm,tidsregistrering}'::text[] AS product,
  '{"får ikke logget inn","har mistet mobilen og trenger ny kode","ser feil beløp","melder at den står fast","vil ha ny tilgang","får ikke sendt vedlegg","opplever at linjen faller ut","ber om opplæring","har byttet nummer","trenger hjelp før helgen"}'::text[] AS trouble,
  '{"Ringte tilbake til","Avtalt fjernhjelp med","Sendte veiledning på e-post til","Løst sammen med","Fikk ikke svar hos","Bestilte nytt utstyr til","Ba om skjermbilde fra"}'::text[] AS did,
  '{"Har fri fredager.","Tilbake fra permisjon i mars.","Foretrekker SMS.","Sykmeldt, ring kollega først.","Ønsker faktura samlet.","Snakker helst nordsamisk.","Ring etter klokken ti.","Ingen merknader."}'::text[] AS remark,
  '{daglig leder,økonomisjef,IT-ansvarlig,resepsjonist,prosjektleder,lagersjef,HR-ansvarlig}'::text[] AS title;

-- 2,500 customers, every eighth a private person; one in five relationships has ended
INSERT INTO app.customers
SELECT i, CASE WHEN i % 8 = 0 THEN 'private' ELSE 'business' END,
  CASE WHEN i % 8 = 0 THEN pg_temp.one(first, i, 1) || ' ' || pg_temp.one(last, i, 2)
       ELSE pg_temp.one(place, i, 3) || pg_temp.one(trade, i, 4) || ' ' || pg_temp.one(ARRAY['AS', 'ANS', 'DA', 'Norge AS'], i, 5) END,
  CASE WHEN i % 8 <> 0 THEN (910000000 + i * 7)::text END,
  pg_temp.one(street, i, 6) || ' ' || (1 + pg_temp.pick(i, 7, 98)), left(pg_temp.one(town, i, 8), 4), substr(pg_temp.one(town, i, 8), 6),
  timestamptz '2018-01-02 08:00' + pg_temp.pick(i, 9, 360) * interval '1 day',
  CASE WHEN i % 5 = 0 THEN timestamptz '2020-01-15 12:00' + pg_temp.pick(i, 10, 2150) * interval '1 day' END
FROM generate_series(1, 2500) AS i, w;

-- 22,000 users
INSERT INTO app.users
SELECT u.id, u.customer_id, pg_temp.plain(u.first || '.' || u.last) || u.id, u.first, u.last,
  '+47 4' || lpad(pg_temp.pick(u.id, 14, 10000000)::text, 7, '0'), pg_temp.plain(u.first || '.' || u.last) || '@kunde' || u.customer_id || '.example',
  c.started_at + interval '1 day' * pg_temp.pick(u.id, 15, 300),
  CASE WHEN u.id % 9 = 0 THEN timestamptz '2021-03-01 09:00' + pg_temp.pick(u.id, 16, 1740) * interval '1 day' + pg_temp.pick(u.id, 17, 28000) * interval '1 second' END
FROM (SELECT i AS id, 1 + pg_temp.pick(i, 11, 2500) AS customer_id, pg_temp.one(w.first, i, 12) AS first, pg_temp.one(w.last, i, 13) AS last
      FROM generate_series(1, 22000) AS i, w) AS u
JOIN app.customers c ON c.id = u.customer_id;

-- 6,000 contact persons
INSERT INTO crm.contacts
SELECT i, 1 + (i - 1) % 2500, f || ' ' || l, pg_temp.one(title, i, 23), '+47 9' || lpad(pg_temp.pick(i, 24, 10000000)::text, 7, '0'),
  pg_temp.plain(f || '.' || l) || '@kunde' || (1 + (i - 1) % 2500) || '.example', pg_temp.one(remark, i, 25)
FROM (SELECT i, pg_temp.one(first, i, 21) AS f, pg_temp.one(last, i, 22) AS l, title, remark FROM generate_series(1, 6000) AS i, w) AS p;

-- 100,000 cases, each opened by a user of the customer it belongs to
INSERT INTO support.cases
SELECT i, u.customer_id, u.id, p, upper(left(p, 1)) || substr(p, 2) || ': ' || u.first_name || ' ' || t,
  u.first_name || ' ' || u.last_name || ' (' || u.phone || ') ' || t || '. ' || pg_temp.one(remark, i, 34), u.first_name || ' ' || u.last_name, u.email,
  o, CASE WHEN pg_temp.pick(i, 36, 50) > 0 THEN o + interval '1 minute' * pg_temp.pick(i, 37, 20000) END
FROM (SELECT i, 1 + pg_temp.pick(i, 31, 22000) AS user_id, pg_temp.one(product, i, 32) AS p, pg_temp.one(trouble, i, 33) AS t, remark,
        timestamptz '2019-01-07 08:00' + pg_temp.pick(i, 35, 3600000) * interval '1 minute' AS o FROM generate_series(1, 100000) AS i, w) AS k
JOIN app.users u ON u.id = k.user_id;

-- 60,000 notes
INSERT INTO support.case_notes
SELECT i, k.id, CASE WHEN i % 2 = 0 THEN k.opened_by END, k.opened_at + interval '1 minute' * pg_temp.pick(i, 42, 2880),
  pg_temp.one(did, i, 43) || ' ' || k.reporter_name || '. ' || pg_temp.one(remark, i, 44)
FROM (SELECT i, 1 + pg_temp.pick(i, 41, 100000) AS case_id, did, remark FROM generate_series(1, 60000) AS i, w) AS n
JOIN support.cases k ON k.id = n.case_id;

-- 200,000 invoices over the years 2019 to 2025, and their lines
INSERT INTO erp.invoices
SELECT i, p.customer_id, p.id, d, d + 14, p.full_name, p.email, c.address || ', ' || c.postal_code || ' ' || c.city, n, round(n * 0.25, 2)
FROM (SELECT i, 1 + pg_temp.pick(i, 51, 6000) AS contact_id, date '2019-01-01' + (i * 2557 / 200001)::integer AS d,
        (490 + pg_temp.pick(i, 53, 4000000) / 100.0)::numeric(12, 2) AS n FROM generate_series(1::bigint, 200000) AS i) AS v
JOIN crm.contacts p ON p.id = v.contact_id
JOIN app.customers c ON c.id = p.customer_id;

INSERT INTO erp.invoice_lines
SELECT v.id, k, pg_temp.one(product, v.id * 2 + k, 54), 1 + pg_temp.pick(v.id * 2 + k, 55, 9), CASE k WHEN 1 THEN v.net - 190 ELSE 190 END
FROM erp.invoices v, generate_series(1, 2) AS k, w;

-- 40,000 messages of the last two years
INSERT INTO messaging.messages
SELECT i, u.id, pg_temp.one(ARRAY['service', 'service', 'service', 'survey', 'marketing'], i, 62), u.email,
  'Hei ' || u.first_name || '! ' || pg_temp.one(ARRAY['Vi har planlagt vedlikehold natt til søndag.', 'Hvor fornøyd er du med hjelpen du fikk?', 'Nyheter fra DigiQuip denne måneden.', 'Engangskoden din er sendt på SMS.'], i, 63),
  timestamptz '2024-01-02 07:00' + pg_temp.pick(i, 64, 1020000) * interval '1 minute'
FROM (SELECT i, 1 + pg_temp.pick(i, 61, 22000) AS user_id FROM generate_series(1, 40000) AS i) AS m
JOIN app.users u ON u.id = m.user_id;

DROP FUNCTION pg_temp.pick(bigint, bigint, integer), pg_temp.one(text[], bigint, bigint), pg_temp.plain(text);
DROP TABLE w;
ANALYZE;
