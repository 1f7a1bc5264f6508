"""Environment variables by which libpq, the client library of PostgreSQL, finds a database (DB-2)."""

CERTIFICATES = "/var/task/database/certificates"
"""Where Lambda unpacks the folder of the shared package ``database``, with one file for each region."""


def client_environment(
    region: str, host: str, port: str, database: str, user: str | None = None, *, writes: bool
) -> dict[str, str]:
    """Return the variables for a function whose package shares ``database``.

    The server has to prove its name with a certificate that RDS's authorities of the region have signed.
    https://www.postgresql.org/docs/17/libpq-envars.html

    Args:
        region: The cluster's region.
        host: The cluster's endpoint, for writing or for reading.
        port: Its port, in digits.
        database: The database.
        user: User that the function logs in as by IAM; None where a secret names it.
        writes: Whether only a writer will do. After a failover, a name may still lead to the former writer.
    """
    return {
        "PGHOST": host,
        "PGPORT": port,
        "PGDATABASE": database,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": f"{CERTIFICATES}/{region}.pem",
        "PGTARGETSESSIONATTRS": "read-write" if writes else "any",
        **({"PGUSER": user} if user else {}),
    }
