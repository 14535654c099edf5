-- Who the persons are, what data are used for, who gets them and where they lie.
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{username}');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES
  ('user', 'support.cases', 'opened_by', 'about'), ('user', 'support.case_notes', 'author_id', 'about'), ('user', 'messaging.messages', 'user_id', 'about');
INSERT INTO retention.controller (name, contact, authority) VALUES ('DigiQuip AS', 'privacy@digiquip.example', 'Datatilsynet');

INSERT INTO retention.purpose (name, legal_basis, interest, categories, direct_marketing, caps, timezone) VALUES
  ('service', 'contract', NULL, '{name, email, phone}', false, '{}', 'Europe/Oslo'),
  ('survey', 'legitimate interest', 'to know whether customers are content', '{email}', false, '{2 per calendar year}', 'Europe/Oslo'),
  ('marketing', 'legitimate interest', 'to sell what customers have use for', '{email}', true, '{2 per calendar month}', 'Europe/Oslo');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose_column) VALUES ('messaging.messages', 'user', 'user_id', 'sent_at', 'purpose');

INSERT INTO retention.recipient (name, role, purposes, country, contact) VALUES
  ('Fiber AS', 'controller', '{service}', 'NO', 'post@fiber.example'), ('Annonse AS', 'controller', '{marketing}', 'NO', 'post@annonse.example');
INSERT INTO retention.location (name, kind, matches, country, provider, own_control) VALUES ('tapes', 'backup', NULL, 'NO', 'Vault AS', false);
