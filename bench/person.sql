-- What somebody would write by hand for one person of bench/export.sql, with what the declarations there ask for: personal columns are emptied.
ALTER TABLE shop.events ALTER what DROP NOT NULL;
ALTER TABLE shop.ticket_messages ALTER body DROP NOT NULL;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('shop.events', 'what', 'behaviour');
CREATE FUNCTION by_hand(person bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shop.events SET what = NULL WHERE person_id = person;
    UPDATE shop.ticket_messages m SET body = NULL FROM shop.tickets t WHERE t.id = m.ticket_id AND t.person_id = person;
    UPDATE shop.payments p SET card = NULL FROM shop.orders o WHERE o.id = p.order_id AND o.person_id = person;
    UPDATE shop.logins SET address = NULL WHERE person_id = person;
    UPDATE shop.tickets SET subject = NULL WHERE person_id = person;
    UPDATE shop.orders SET remark = NULL WHERE person_id = person;
    UPDATE shop.addresses SET street = NULL WHERE person_id = person;
    UPDATE shop.persons SET name = '', email = 'gone' || id, phone = NULL, born = NULL WHERE id = person;
END $$;
VACUUM ANALYZE;
