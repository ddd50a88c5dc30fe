"""The environment variables of a site in production."""

PRODUCTION = {
    "SECRET_KEY": "a long random text that stands here for a test, and nowhere else",
    "ALLOWED_HOSTS": "hub.example.org",
    "HELPHUB_ROLE": "public",
    "EDITIONS_DIR": "/nonexistent/editions",
    "EXIT_URL": "https://www.example.com/weather",
}
FOR_OFFICERS = PRODUCTION | {
    "ALLOWED_HOSTS": "hub.example.org www.hub.example.org",
    "HELPHUB_ROLE": "admin",
    "DATABASE_URL": "postgresql://nobody@localhost/nothing",
    "PUBLIC_HOST": "www.hub.example.org",
}
