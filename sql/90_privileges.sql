-- What PUBLIC may not run. Everything else of the schema is an operator's function, an accessor, or checks by itself.

REVOKE EXECUTE ON FUNCTION retention.policy_before(), retention.policy_after(), retention.after_ddl() FROM PUBLIC;
