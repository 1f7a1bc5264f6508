"""REST APIs over HTTP, as API Gateway serves them; one concern a file, `application` puts them together."""
