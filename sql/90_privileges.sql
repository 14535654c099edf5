-- What PUBLIC may run, and nothing else: what types, indexes, plans and triggers call in everybody's name, what a sweep calls
-- in that of a table's owner, and what checks its caller by itself. Not pseudonymise: who may try any value could find out
-- whose a pseudonym is.

REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA retention FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    retention.period_in(cstring), retention.period_out(retention.period),
    retention.period_recv(internal), retention.period_send(retention.period),
    retention.period_cmp(retention.period, retention.period), retention.period_hash(retention.period),
    retention.period_hash_extended(retention.period, bigint),
    retention.period_lt(retention.period, retention.period), retention.period_le(retention.period, retention.period),
    retention.period_eq(retention.period, retention.period), retention.period_ne(retention.period, retention.period),
    retention.period_ge(retention.period, retention.period), retention.period_gt(retention.period, retention.period),
    retention.over_from(timestamptz, retention.period), retention.over_from(date, retention.period),
    retention.cutoff(timestamptz, retention.period),
    retention.clock_in(cstring), retention.clock_out(retention.clock),
    retention.clock_recv(internal), retention.clock_send(retention.clock),
    retention.clock_cmp(retention.clock, retention.clock), retention.clock_hash(retention.clock),
    retention.clock_hash_extended(retention.clock, bigint),
    retention.clock_lt(retention.clock, retention.clock), retention.clock_le(retention.clock, retention.clock),
    retention.clock_eq(retention.clock, retention.clock), retention.clock_ne(retention.clock, retention.clock),
    retention.clock_ge(retention.clock, retention.clock), retention.clock_gt(retention.clock, retention.clock),
    retention.type_modifier_in(cstring[]), retention.type_modifier_out(integer),
    retention.modifier_period(integer), retention.modifier_anonymiser(integer), retention.personal_types(),
    retention.person_name_in(cstring), retention.person_name_out(retention.person_name), retention.person_name_recv(internal), retention.person_name_send(retention.person_name),
    retention.character_to_person_name(character), retention.name_to_person_name(name),
    retention.username_in(cstring), retention.username_out(retention.username), retention.username_recv(internal), retention.username_send(retention.username),
    retention.character_to_username(character), retention.name_to_username(name),
    retention.email_in(cstring), retention.email_out(retention.email), retention.email_recv(internal), retention.email_send(retention.email),
    retention.character_to_email(character), retention.name_to_email(name),
    retention.phone_in(cstring), retention.phone_out(retention.phone), retention.phone_recv(internal), retention.phone_send(retention.phone),
    retention.character_to_phone(character), retention.name_to_phone(name),
    retention.postal_address_in(cstring), retention.postal_address_out(retention.postal_address), retention.postal_address_recv(internal), retention.postal_address_send(retention.postal_address),
    retention.character_to_postal_address(character), retention.name_to_postal_address(name),
    retention.national_id_in(cstring), retention.national_id_out(retention.national_id), retention.national_id_recv(internal), retention.national_id_send(retention.national_id),
    retention.character_to_national_id(character), retention.name_to_national_id(name),
    retention.free_text_in(cstring), retention.free_text_out(retention.free_text), retention.free_text_recv(internal), retention.free_text_send(retention.free_text),
    retention.character_to_free_text(character), retention.name_to_free_text(name),
    retention.personal_text_in(cstring), retention.personal_text_out(retention.personal_text), retention.personal_text_recv(internal), retention.personal_text_send(retention.personal_text),
    retention.character_to_personal_text(character), retention.name_to_personal_text(name),
    retention.starts_at(retention.clock), retention.policy(retention.clock), retention.started(retention.clock),
    retention.pending(retention.clock), retention.waiting(retention.clock), retention.with_flags(retention.clock, integer),
    retention.statistics_visible(oid), retention.extended_statistics_visible(oid),
    retention.visible(retention.clock), retention.person_visible(retention.clock, oid, int2vector, "any"), retention.person_conflict_visible(retention.clock, oid, int2vector, "any"), retention.unstamped_visible(retention.clock, smallint), retention.unknown_visible(retention.clock), retention.unmanaged_visible(retention.clock), retention.unused_policy_id(bigint), retention.clock_modifier_in(cstring[]), retention.clock_modifier_out(integer), retention.conflict_visible(retention.clock), retention.state(retention.clock),
    retention.maintain_clock(), retention.guard_delete(), retention.guard_truncate(), retention.follow_path(), retention.count_contacts(), retention.follow_rows(),
    retention.reinstate(regclass, bigint), retention.reinstate(regclass, text), retention.reinstate(regclass, uuid),
    retention.reinstate(regclass, jsonb),
    retention.zone(text), retention.identity(text), retention.may_be_among(text, bytea), retention.redact(text, text[]), retention.redact(json, text[]), retention.redact(jsonb, text[]),
    retention.generalise(date, text), retention.generalise(timestamp, text), retention.generalise(timestamptz, text),
    retention.generalise(smallint, text), retention.generalise(integer, text), retention.generalise(bigint, text),
    retention.generalise(numeric, text), retention.generalise(text, text), retention.generalise(inet, text),
    retention.generalise(point, text), retention.truncate(text, integer), retention.noise(smallint, text),
    retention.noise(integer, text), retention.noise(bigint, text), retention.noise(double precision, text),
    retention.noise(numeric, text), retention.noise(date, text), retention.noise(timestamp, text),
    retention.noise(timestamptz, text), retention.random_token(text, integer),
    retention.audit(regclass, boolean), retention.home_known(), retention.time_now(), retention.system_time_jump(), retention.verify_ledger(text), retention.ledger_breaks(text), retention.ledger_head(), retention.vocabulary(), retention.formats()
TO PUBLIC;

-- What a pg_dump of the schema asks of sequences that a dump has, whoever runs it.
GRANT SELECT ON SEQUENCE retention.policy_id_seq, retention.sweep_window_window_id_seq, retention.restriction_restriction_id_seq, retention.hold_hold_id_seq, retention.statement_statement_id_seq, retention.objection_objection_id_seq, retention.consent_consent_id_seq,
    retention.verification_verification_id_seq, retention.disclosure_disclosure_id_seq, retention.notice_to_recipient_notice_id_seq, retention.request_request_id_seq TO PUBLIC;
