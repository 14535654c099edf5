-- What the notice needs beside the policy: what the rows are for, what Articles 13 and 14 ask of each purpose, where the server is,
-- and what DigiQuip's own names are called in English and in Norwegian.
INSERT INTO retention.purpose (name, legal_basis, interest, categories, obligation, consequence, timezone) VALUES
  ('customer contact', 'legitimate interest', 'to have somebody to talk to at each customer', '{name, email, phone, occupation}', 'voluntary', NULL, 'Europe/Oslo'),
  ('bookkeeping', 'legal obligation', NULL, '{name, email, address}', 'statutory', 'we cannot issue an invoice', 'Europe/Oslo'),
  ('sent messages', 'legitimate interest', 'to show what we sent, and that we keep to our limits', '{email}', 'voluntary', NULL, 'Europe/Oslo');
UPDATE retention.purpose SET obligation = 'contractual', consequence = 'we cannot deliver the service' WHERE name = 'service';
UPDATE retention.purpose SET obligation = 'voluntary' WHERE name IN ('survey', 'marketing');
UPDATE retention.policy SET purpose = CASE name WHEN 'contact persons' THEN 'customer contact' WHEN 'invoices' THEN 'bookkeeping'
  WHEN 'messages' THEN 'sent messages' ELSE 'service' END;
UPDATE retention.controller SET source = 'the customer, who names its users and contact persons';
INSERT INTO retention.location (name, kind, matches, country, provider, own_control) VALUES ('servers', 'server', '%', 'NO', NULL, true);

-- What persons are told DigiQuip's own names as, in English and in Norwegian.
INSERT INTO retention.wording (object, name, language, words) VALUES
  ('policy', 'user accounts', 'en', 'information on user accounts'), ('policy', 'user accounts', 'nb', 'opplysninger om brukerkontoer'),
  ('policy', 'cases', 'en', 'information in cases'), ('policy', 'cases', 'nb', 'opplysninger i saker'),
  ('policy', 'case notes', 'en', 'notes in cases'), ('policy', 'case notes', 'nb', 'notater i saker'),
  ('policy', 'contact persons', 'en', 'information on our customers'' contact persons'), ('policy', 'contact persons', 'nb', 'opplysninger om kundenes kontaktpersoner'),
  ('policy', 'private customers', 'en', 'information on private customers'), ('policy', 'private customers', 'nb', 'opplysninger om privatkunder'),
  ('policy', 'invoices', 'en', 'information on invoices'), ('policy', 'invoices', 'nb', 'opplysninger på fakturaer'),
  ('policy', 'messages', 'en', 'messages to users'), ('policy', 'messages', 'nb', 'meldinger til brukere'),
  ('start', 'deactivated_at', 'en', 'the user account is deactivated'), ('start', 'deactivated_at', 'nb', 'brukerkontoen deaktiveres'),
  ('start', 'customer_id.ended_at', 'en', 'the customer relationship ends'), ('start', 'customer_id.ended_at', 'nb', 'kundeforholdet avsluttes'),
  ('start', 'ended_at', 'en', 'the customer relationship ends'), ('start', 'ended_at', 'nb', 'kundeforholdet avsluttes'),
  ('start', 'completed_at', 'en', 'the case is completed'), ('start', 'completed_at', 'nb', 'saken avsluttes'),
  ('start', 'case_id.completed_at', 'en', 'the case is completed'), ('start', 'case_id.completed_at', 'nb', 'saken avsluttes'),
  ('start', 'case_id.customer_id.ended_at', 'en', 'the customer relationship ends'), ('start', 'case_id.customer_id.ended_at', 'nb', 'kundeforholdet avsluttes'),
  ('start', 'issued_on', 'en', 'the invoice is issued'), ('start', 'issued_on', 'nb', 'fakturaen utstedes'),
  ('start', 'sent_at', 'en', 'the message is sent'), ('start', 'sent_at', 'nb', 'meldingen sendes'),
  ('kind', 'user', 'en', 'users of our services'), ('kind', 'user', 'nb', 'brukere av tjenestene våre'),
  ('purpose', 'service', 'en', 'delivering and supporting our services'), ('purpose', 'service', 'nb', 'å levere tjenestene våre og gi brukerstøtte'),
  ('purpose', 'survey', 'en', 'user and customer surveys'), ('purpose', 'survey', 'nb', 'bruker- og kundeundersøkelser'),
  ('purpose', 'marketing', 'en', 'marketing of our services'), ('purpose', 'marketing', 'nb', 'markedsføring av tjenestene våre'),
  ('text', 'to know whether customers are content', 'en', 'to know whether customers are content'),
  ('text', 'to know whether customers are content', 'nb', 'å vite om kundene er fornøyde'),
  ('text', 'to sell what customers have use for', 'en', 'to sell what customers have use for'),
  ('text', 'to sell what customers have use for', 'nb', 'å selge det kundene har bruk for'),
  ('place', 'tapes', 'en', 'backup tapes'), ('place', 'tapes', 'nb', 'sikkerhetskopier på bånd'),
  ('mention', 'case notes', 'en', 'case system'), ('mention', 'case notes', 'nb', 'sakssystemet, saksbehandlingssystemet'),
  ('mention', 'cases', 'en', 'case system, inquiries'), ('mention', 'cases', 'nb', 'sakssystemet, saksbehandlingssystemet, henvendelser'),
  ('purpose', 'customer contact', 'en', 'dialogue with our customers'), ('purpose', 'customer contact', 'nb', 'dialog med kundene våre'),
  ('purpose', 'bookkeeping', 'en', 'keeping our books'), ('purpose', 'bookkeeping', 'nb', 'bokføring'),
  ('purpose', 'sent messages', 'en', 'showing what we sent'), ('purpose', 'sent messages', 'nb', 'å vise hva vi har sendt'),
  ('text', 'to have somebody to talk to at each customer', 'en', 'to have somebody to talk to at each customer'),
  ('text', 'to have somebody to talk to at each customer', 'nb', 'å ha noen å snakke med hos hver kunde'),
  ('text', 'to show what we sent, and that we keep to our limits', 'en', 'to show what we sent, and that we keep to our limits'),
  ('text', 'to show what we sent, and that we keep to our limits', 'nb', 'å vise hva vi har sendt, og at vi holder grensene våre'),
  ('text', 'we cannot issue an invoice', 'en', 'we cannot issue an invoice'), ('text', 'we cannot issue an invoice', 'nb', 'vi kan ikke utstede faktura'),
  ('text', 'we cannot deliver the service', 'en', 'we cannot deliver the service'), ('text', 'we cannot deliver the service', 'nb', 'vi kan ikke levere tjenesten'),
  ('text', 'the customer, who names its users and contact persons', 'en', 'the customer, who names its users and contact persons'),
  ('text', 'the customer, who names its users and contact persons', 'nb', 'kunden, som oppgir brukere og kontaktpersoner'),
  ('place', 'servers', 'en', 'our own systems'), ('place', 'servers', 'nb', 'våre egne systemer'),
  ('mention', 'user accounts', 'nb', 'brukere, brukerkonto'), ('mention', 'contact persons', 'nb', 'kontaktpersoner'),
  ('mention', 'private customers', 'nb', 'privatperson kunde'), ('mention', 'service', 'nb', 'tjenestene'), ('mention', 'survey', 'nb', 'undersøkelser, kundeundersøkelser, brukerundersøkelser, spørreundersøkelser'),
  ('mention', 'marketing', 'nb', 'markedsføring'), ('mention', 'bookkeeping', 'nb', 'ERP, fakturaer'), ('mention', 'bookkeeping', 'en', 'ERP, invoices'), ('mention', 'private customers', 'en', 'private individual customer');
