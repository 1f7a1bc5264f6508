"""Addresses and TCP ports that routes and rules name."""

INTERNET = "0.0.0.0/0"
HTTPS = 443
POSTGRESQL = 5432
