"""Parameters of the database engine: transport and audit (DB-2, DB-3)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """One engine parameter.

    Attributes:
        name: The parameter.
        value: Its value, as AWS writes it.
        at_start: Whether it takes effect at the next start of an instance only.
    """

    name: str
    value: str
    at_start: bool = False


PARAMETERS = (
    Parameter("rds.force_ssl", "1"),
    Parameter("ssl_min_protocol_version", "TLSv1.2"),
    Parameter("log_connections", "1"),
    Parameter("log_disconnections", "1"),
    Parameter("shared_preload_libraries", "pg_stat_statements,pgaudit", at_start=True),
    Parameter("pgaudit.log", "ddl,role"),
)
"""TLS 1.2 or later for everyone (PCI-DSS 4.2.1); logins and changes of schema and rights logged (10.2.1).

pgAudit writes ``<REDACTED>`` for the password of a role, which ``log_statement`` would log in clear. For the
same reason no statement is logged for being slow: its values would be logged with it. Performance Insights
and ``pg_stat_statements`` name slow statements without values.
"""
