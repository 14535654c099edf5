-- What somebody would write by hand for person 42: the same rows and columns, nothing said beside them and nobody taken out.
SELECT json_build_object(
    'persons', (SELECT json_agg(row_to_json(t)) FROM shop.persons t WHERE t.id = 42),
    'addresses', (SELECT json_agg(row_to_json(t)) FROM shop.addresses t WHERE t.person_id = 42),
    'orders', (SELECT json_agg(row_to_json(t)) FROM shop.orders t WHERE t.person_id = 42),
    'order_lines', (SELECT json_agg(row_to_json(t)) FROM shop.order_lines t JOIN shop.orders o ON o.id = t.order_id WHERE o.person_id = 42),
    'payments', (SELECT json_agg(row_to_json(t)) FROM shop.payments t JOIN shop.orders o ON o.id = t.order_id WHERE o.person_id = 42),
    'tickets', (SELECT json_agg(row_to_json(t)) FROM shop.tickets t WHERE t.person_id = 42),
    'ticket_messages', (SELECT json_agg(row_to_json(t)) FROM shop.ticket_messages t JOIN shop.tickets k ON k.id = t.ticket_id WHERE k.person_id = 42),
    'logins', (SELECT json_agg(row_to_json(t)) FROM shop.logins t WHERE t.person_id = 42));
